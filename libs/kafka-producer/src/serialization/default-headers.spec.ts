import { expect, it } from 'vitest';

import type { RequestScope } from '../record/request-scope.js';
import { RecordDefaults, type DefaultHeaders } from './default-headers.js';

function defaults(headers: RequestScope['headers'] | undefined, names: string[], defaultHeaders?: DefaultHeaders) {
  const scope = headers === undefined ? undefined : { origin: 'http', headers };
  return new RecordDefaults({ propagateHeaders: names, defaultHeaders, scope: () => scope }).of('orders');
}

it('inherits what the allow-list names, in any case, under the name that stands there', () => {
  const inbound = { 'x-id': '7', cookie: 'secret', other: undefined };
  expect(defaults(inbound, ['X-Id', 'other', 'absent'])).toEqual({ 'X-Id': '7' });
});

it('inherits nothing without a scope, and nothing that is not its own', () => {
  expect(defaults(undefined, ['x-id'])).toBeUndefined();
  expect(defaults({}, ['constructor', '__proto__'])).toBeUndefined();
});

it('lets defaultHeaders go before what is inherited, and see all of the scope', () => {
  const make: DefaultHeaders = ({ topic, scope }) => ({
    a: `${topic} of ${scope?.origin}`,
    tenant: scope?.headers['x-tenant'],
    absent: scope?.headers['absent'],
  });
  const inbound = { a: 'inbound', b: 'inbound', 'x-tenant': 'eu' };
  expect(defaults(inbound, ['a', 'b'], make)).toEqual({ a: 'orders of http', b: 'inbound', tenant: 'eu' });
});

it('reads the scope when the record is made', () => {
  const headers: Record<string, string> = { 'x-id': 'first' };
  const made = new RecordDefaults({ propagateHeaders: ['x-id'], scope: () => ({ origin: 'http', headers }) });
  const before = made.of('orders');
  headers['x-id'] = 'second';
  expect([before, made.of('orders')]).toEqual([{ 'x-id': 'first' }, { 'x-id': 'second' }]);
});
