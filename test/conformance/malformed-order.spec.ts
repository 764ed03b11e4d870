import { connect } from 'node:net';

import { apis, decodeResponse, encodeRequest, FrameReader } from 'kafka-wire';
import { expect, it } from 'vitest';

import { describeOnEachKafka } from '../support/each-kafka.js';

const LAST = 4242;
const lastRequest = encodeRequest(apis.Metadata, 4, { correlationId: LAST, clientId: 'test' }, { topics: [] });

/** A whole frame around these bytes. */
function framed(...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Sends chunks and then a sound request. @returns the correlation ids of the answers, and `closed` where the broker hung up */
function talk(address: string, chunks: readonly Buffer[]): Promise<(number | 'closed')[]> {
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  const frames = new FrameReader();
  const heard: (number | 'closed')[] = [];
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      frames.push(chunk);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        heard.push(frame.readInt32BE(0));
        if (heard.at(-1) === LAST) socket.destroy();
      }
    });
    // A broker that closes with bytes unread resets the connection.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(heard.at(-1) === LAST ? heard : [...heard, 'closed']));
    for (const chunk of [...chunks, lastRequest]) socket.write(chunk);
  });
}

const versions = (version: number, ...body: string[]) => framed('0012', hex16(version), '00000001', 'ffff', ...body);
const hex16 = (value: number) => (value & 0xffff).toString(16).padStart(4, '0');
const longName = Buffer.alloc(40_000, 'a');

const CONVERSATIONS: Readonly<
  Record<string, readonly [chunks: readonly Buffer[], heard: readonly (number | 'closed')[]]>
> = {
  'a request before ApiVersions': [[], [LAST]],
  'ApiVersions in the middle': [
    [framed('00030004', '00000001', 'ffff', '00000000', '00'), versions(0)],
    [1, 1, LAST],
  ],
  'a correlation id used twice, and a negative one': [
    [versions(0), versions(0), framed('00120000', 'ffffffff', 'ffff')],
    [1, 1, -1, LAST],
  ],
  'a frame in single bytes': [Array.from(versions(0), (byte) => Buffer.from([byte])), [1, LAST]],
  'bytes behind a body': [[framed('00030004', '00000001', 'ffff', '00000000', '00', '0102')], [1, LAST]],
  'null the wrong way: any negative length': [[framed('00030004', '00000001', 'fffb', 'fffffffb', '00')], [1, LAST]],
  'an unknown API': [[framed('03e70000', '00000001', 'ffff')], ['closed']],
  'a negative API': [[framed('ffff0000', '00000001', 'ffff')], ['closed']],
  'a version that is yet to come': [[framed('00030063', '00000001', 'ffff', '00')], ['closed']],
  'a version of ApiVersions that is yet to come': [[versions(99, '00')], [1, LAST]],
  'a negative version of ApiVersions': [[versions(-1)], [1, LAST]],
  'a body that is not there': [[framed('00030004', '00000001', 'ffff')], ['closed']],
  'an answered request, then nonsense': [
    [versions(0), framed('03e70000', '00000001', 'ffff')],
    [1, 'closed'],
  ],
  'nothing in a frame': [[framed()], ['closed']],
  'a negative size': [[Buffer.from('ffffffff', 'hex')], ['closed']],
  'a size of one byte over 100 MiB': [[Buffer.from('06400001', 'hex')], ['closed']],
  'a name longer than any string': [
    [framed('00030009', '00000001', 'ffff', '00', '02', 'c1b802', longName, '00', '000000', '00')],
    ['closed'],
  ],
  'more elements than there are bytes': [[framed('00030004', '00000001', 'ffff', '7fffffff', '00')], ['closed']],
  'a TLS handshake': [[Buffer.from('16030100a5010000a10303', 'hex')], ['closed']],
  'an HTTP request': [[Buffer.from('GET / HTTP/1.1\r\nHost: kafka\r\n\r\n')], ['closed']],
};

describeOnEachKafka('a conversation out of order', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  it.each(Object.entries(CONVERSATIONS))('goes on or ends as it should: %s', async (_name, [chunks, heard]) => {
    expect(await talk(address(), chunks)).toEqual(heard);
  });

  it.each([
    ['a version that is yet to come, in version 0', versions(99, '00'), 0, 35],
    ['a name that is none', versions(3, '00', '01', '01', '00'), 3, 42],
  ])('ApiVersions says what is wrong: %s', async (_name, request, version, errorCode) => {
    expect.assertions(1);
    const [host = '', port] = address().split(':');
    const socket = connect({ host, port: Number(port) });
    socket.write(request);
    const frames = new FrameReader();
    for await (const chunk of socket) {
      frames.push(chunk as Buffer);
      const frame = frames.next();
      if (frame === undefined) continue;
      expect(decodeResponse(apis.ApiVersions, version, frame).body.errorCode).toBe(errorCode);
      break;
    }
  });
});
