import type { RecordHeader } from 'kafka-wire';

import type { ProducerRecord } from '../record/producer-record.js';

export type RecordHeaders = NonNullable<ProducerRecord['headers']>;

type HeaderBytes = RecordHeader['value'];

/** Turns one header value into bytes; told the header's name. */
export type SerializeHeader = (name: string, value: unknown) => HeaderBytes | Promise<HeaderBytes>;

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
  const names: string[] = [];
  const values: (HeaderBytes | Promise<HeaderBytes>)[] = [];
  let isAsync = false;
  const add = (name: string, value: unknown): void => {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const bytes = serialize(name, each);
      isAsync ||= bytes instanceof Promise;
      names.push(name);
      values.push(bytes);
    }
  };
  for (const name of Object.keys(defaults ?? {})) {
    if (own === undefined || !Object.hasOwn(own, name)) add(name, defaults![name]);
  }
  for (const name of Object.keys(own ?? {})) add(name, own![name]);
  const pair = (all: readonly HeaderBytes[]): RecordHeader[] => names.map((key, i) => ({ key, value: all[i]! }));
  return isAsync ? Promise.all(values.map(async (bytes) => bytes)).then(pair) : pair(values as HeaderBytes[]);
}
