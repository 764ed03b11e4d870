import { isThenable, silence } from '../support/thenable.js';
import type { SerializedValue, Serializer } from './serializer.js';

/** Also for `topics`, which reaches `support` through this room. */
export { isThenable, silence };

/**
 * The default for values: bytes as they are, strings as UTF-8, everything else as JSON.
 *
 * A value is refused when JSON has no form for it (`undefined`, functions, symbols, a BigInt, a cycle) or would drop its content without a word: promises,
 * `Map` and `Set` without a `toJSON`, binary data that is not a `Uint8Array`. Deeper inside the value JSON's own rules hold.
 */
export const valueSerializer: Serializer = {
  serialize(data: unknown): SerializedValue {
    if (typeof data === 'string' || data instanceof Uint8Array) return data;
    if (isForeignBinary(data)) {
      throw new TypeError(`${describeType(data)} has no JSON form: pass its bytes as a Uint8Array or a Buffer`);
    }
    const remedy = emptyAsJson(data);
    if (remedy !== undefined) throw new TypeError(`${describeType(data)} has no JSON form: ${remedy}`);
    const json: string | undefined = JSON.stringify(data);
    if (json === undefined) throw new TypeError(`${describeType(data)} has no JSON form (a tombstone is \`null\`)`);
    return json;
  },
};

/** The default for keys and headers: bytes as they are, strings as UTF-8, nothing else, since a guess would decide about partitions. */
export const textSerializer: Serializer = {
  serialize(data: unknown): SerializedValue {
    if (typeof data === 'string' || data instanceof Uint8Array) return data;
    silence(data);
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

/** What to do with an object that JSON would turn into `{}`; `undefined` for all others. */
function emptyAsJson(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if (isThenable(data)) {
    silence(data);
    return 'await it first';
  }
  if (data instanceof Map && !hasOwnJson(data)) return 'pass Object.fromEntries(it) or Array.from(it)';
  if (data instanceof Set && !hasOwnJson(data)) return 'pass Array.from(it)';
  return undefined;
}

function hasOwnJson(data: object): boolean {
  return typeof (data as { toJSON?: unknown }).toJSON === 'function';
}

function isForeignBinary(data: unknown): boolean {
  return data instanceof ArrayBuffer || data instanceof SharedArrayBuffer || ArrayBuffer.isView(data);
}
