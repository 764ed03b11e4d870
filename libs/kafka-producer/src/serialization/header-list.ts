import type { RecordHeader } from 'kafka-wire';

import type { ProducerRecord } from '../record/producer-record.js';

export type RecordHeaders = NonNullable<ProducerRecord['headers']>;

type HeaderBytes = RecordHeader['value'];

/** Turns one header value into bytes; told the header's name, and whether it is a default. */
export type SerializeHeader = (name: string, value: unknown, isDefault: boolean) => HeaderBytes | Promise<HeaderBytes>;

/** One header whose bytes may still be on their way. */
class Header {
  constructor(
    readonly key: string,
    readonly value: HeaderBytes | Promise<HeaderBytes>,
  ) {}
}

/**
 * The headers of a record as they go on the wire: first the defaults that the record does not name itself, then its own, both in the order they were
 * written; an array once per element.
 *
 * @returns a promise only when `serialize` returned one
 */
export function headerList(
  own: RecordHeaders | undefined,
  defaults: RecordHeaders | undefined,
  serialize: SerializeHeader,
): readonly RecordHeader[] | Promise<readonly RecordHeader[]> {
  let isNested = false;
  let isLate = false;
  const one = (name: string, value: unknown, isDefault: boolean): Header => {
    const bytes = serialize(name, value, isDefault);
    if (bytes instanceof Promise) isLate = true;
    return new Header(name, bytes);
  };
  const lists = namesOf(own, defaults).map((name) => {
    const isDefault = own === undefined || !Object.hasOwn(own, name);
    const value: unknown = isDefault ? defaults![name] : own[name];
    if (!Array.isArray(value)) return one(name, value, isDefault);
    isNested = true;
    return value.map((each) => one(name, each, isDefault));
  });
  const headers = isNested ? lists.flat() : (lists as Header[]);
  if (!isLate) return headers as RecordHeader[];
  return Promise.all(headers.map(async ({ key, value }) => ({ key, value: await value })));
}

/** Own enumerable properties are all that is read, so anything that keeps its content elsewhere would be sent without it. Of any realm: test runners have several. */
export function isPlainObject(headers: unknown): headers is RecordHeaders {
  if (typeof headers !== 'object' || headers === null) return false;
  const prototype: unknown = Object.getPrototypeOf(headers);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}

function namesOf(own: RecordHeaders | undefined, defaults: RecordHeaders | undefined): readonly string[] {
  if (defaults === undefined) return own === undefined ? [] : Object.keys(own);
  if (own === undefined) return Object.keys(defaults);
  return Object.keys(defaults)
    .filter((name) => !Object.hasOwn(own, name))
    .concat(Object.keys(own));
}
