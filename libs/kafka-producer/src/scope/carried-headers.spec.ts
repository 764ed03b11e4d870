import { expect, it } from 'vitest';

import { carriedHeaders } from './carried-headers.js';

const bytes = Buffer.from('b');

it.each<[what: string, carrier: unknown, headers: object]>([
  ['an HTTP request', { headers: { 'x-tenant': 'eu', accept: ['a', 'b'] } }, { 'x-tenant': 'eu', accept: ['a', 'b'] }],
  ["Apollo's context", { req: { headers: { a: '1' } } }, { a: '1' }],
  ["mercurius' context", { reply: { request: { headers: { a: '1' } } } }, { a: '1' }],
  ['a consumed Kafka message', { getMessage: () => ({ headers: { 'X-Id': bytes, n: 5 } }) }, { 'x-id': bytes }],
  ['one with a header twice', { getMessage: () => ({ headers: { a: ['1', bytes] } }) }, { a: ['1', bytes] }],
  ['a RabbitMQ message', { getMessage: () => ({ properties: { headers: { A: '1' } } }) }, { a: '1' }],
  ['metadata of gRPC', { getMap: () => ({ a: '1' }) }, { a: '1' }],
  ['a message without headers', { getMessage: () => ({}) }, {}],
  ['a transport that has none', { getPattern: () => 'p' }, {}],
  ['nothing', undefined, {}],
])('finds the headers of %s', (_what, carrier, headers) => {
  expect(carriedHeaders(carrier)).toEqual(headers);
});
