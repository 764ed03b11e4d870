import { describe, expect, it } from 'vitest';

import { responseIn } from '../../bench/requests/http-response.mjs';

const BODY = '{"name":"Kraków"}';
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
);

describe('the response a client of the benchmark reads', () => {
  it('is there with its last byte, wherever the network cuts it', () => {
    for (let size = 0; size < RESPONSE.length; size++) expect(responseIn(RESPONSE.subarray(0, size))).toBeUndefined();
    expect(responseIn(RESPONSE)).toEqual({ status: 200, sizeBytes: RESPONSE.length });
  });

  it('ends where it says, whatever follows', () => {
    const two = Buffer.concat([RESPONSE, RESPONSE]);
    expect(responseIn(two)).toEqual({ status: 200, sizeBytes: RESPONSE.length });
    expect(responseIn(two.subarray(RESPONSE.length))).toEqual({ status: 200, sizeBytes: RESPONSE.length });
  });

  it('has its status, and may have no body', () => {
    const refused = Buffer.from('HTTP/1.1 503 Service Unavailable\r\ncontent-length:0\r\n\r\n');
    expect(responseIn(refused)).toEqual({ status: 503, sizeBytes: refused.length });
  });

  it('is refused when its end cannot be known', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    expect(() => responseIn(chunked)).toThrow(/that says its length/);
    expect(() => responseIn(Buffer.from('hello\r\n\r\n'))).toThrow(/Not a response of HTTP/);
  });
});
