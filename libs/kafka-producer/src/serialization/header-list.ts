import type { RecordHeader } from 'kafka-wire';

import type { ProducerRecord } from '../record/producer-record.js';
import type { FieldContexts } from './field-contexts.js';
import { serializeField } from './serialize-field.js';
import type { Serializer } from './serializer.js';

export type RecordHeaders = NonNullable<ProducerRecord['headers']>;

type HeaderBytes = RecordHeader['value'];

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
 * @returns a promise only when the serializer returned one
 */
export function headerList(
  own: RecordHeaders | undefined,
  defaults: RecordHeaders | undefined,
  serializer: Serializer,
  contexts: FieldContexts,
): readonly RecordHeader[] | Promise<readonly RecordHeader[]> {
  const names = namesOf(own, defaults);
  // The array of names is nobody else's and becomes the list: most records cost no other array and no closure.
  const list = names as unknown[] as (Header | readonly Header[])[];
  let isNested = false;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const isDefault = own === undefined || !Object.hasOwn(own, name);
    const value: unknown = isDefault ? defaults![name] : own[name];
    const context = contexts.header(name);
    isNested ||= Array.isArray(value);
    list[i] = Array.isArray(value)
      ? value.map((each) => new Header(name, serializeField(serializer, each, context, isDefault)))
      : new Header(name, serializeField(serializer, value, context, isDefault));
  }
  const headers = isNested ? list.flat() : (list as Header[]);
  return headers.some(isLate) ? settled(headers) : (headers as RecordHeader[]);
}

function isLate({ value }: Header): boolean {
  return value instanceof Promise;
}

function settled(headers: readonly Header[]): Promise<RecordHeader[]> {
  return Promise.all(headers.map(async ({ key, value }) => ({ key, value: await value })));
}

/** Own enumerable properties are all that is read, so anything that keeps its content elsewhere would be sent without it. Of any realm: test runners have several. */
export function isPlainObject(headers: unknown): headers is RecordHeaders {
  if (typeof headers !== 'object' || headers === null) return false;
  const prototype: unknown = Object.getPrototypeOf(headers);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}

/** A new array. */
function namesOf(own: RecordHeaders | undefined, defaults: RecordHeaders | undefined): string[] {
  if (defaults === undefined) return own === undefined ? [] : Object.keys(own);
  if (own === undefined) return Object.keys(defaults);
  return Object.keys(defaults)
    .filter((name) => !Object.hasOwn(own, name))
    .concat(Object.keys(own));
}
