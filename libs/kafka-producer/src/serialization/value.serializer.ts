import type { SerializedValue, Serializer } from './serializer.js';

/**
 * The default for values: bytes as they are, strings as UTF-8, everything else as JSON.
 *
 * What JSON would drop or distort without a word is refused: `undefined`, functions and symbols, and binary data that is not a `Uint8Array`.
 */
export const valueSerializer: Serializer = {
  serialize(data: unknown): SerializedValue {
    if (typeof data === 'string' || data instanceof Uint8Array) return data;
    if (isForeignBinary(data)) {
      throw new TypeError(`${describeType(data)} has no JSON form: pass its bytes as a Uint8Array or a Buffer`);
    }
    const json: string | undefined = JSON.stringify(data);
    if (json === undefined) throw new TypeError(`${describeType(data)} has no JSON form (a tombstone is \`null\`)`);
    return json;
  },
};

/** The default for keys and headers: bytes as they are, strings as UTF-8, nothing else, since a guess would decide about partitions. */
export const textSerializer: Serializer = {
  serialize(data: unknown): SerializedValue {
    if (typeof data === 'string' || data instanceof Uint8Array) return data;
    throw new TypeError(`${describeType(data)} is neither a string nor bytes: convert it, for example with String()`);
  },
};

/** For messages: what a value is, never the value itself, which may be personal data. */
export function describeType(data: unknown): string {
  if (data === null || data === undefined) return String(data);
  if (typeof data !== 'object') return `a ${typeof data}`;
  const name = (data as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an instance of ${name}` : 'an object';
}

function isForeignBinary(data: unknown): boolean {
  return data instanceof ArrayBuffer || data instanceof SharedArrayBuffer || ArrayBuffer.isView(data);
}
