import { hasRules } from './class-rules.js';

/** What a {@link ClassCopy} puts in the place of bytes. */
export type BytesCopy = (bytes: ArrayBufferView) => unknown;

/**
 * Copies a payload as far as validation may change it: arrays, maps, sets, plain objects, and instances of classes that have rules. No constructor and no
 * decorator of class-transformer runs.
 *
 * Everything else is a value and shared: dates, bytes, and instances of classes without rules, of which nobody knows what they keep in private fields.
 */
export class ClassCopy {
  readonly #bytes: BytesCopy;
  /** By their originals: what stands in two places, or in itself, still does. */
  readonly #copies = new Map<object, unknown>();

  constructor(bytes: BytesCopy = (view) => view) {
    this.#bytes = bytes;
  }

  /** @param payload copied whatever its class */
  of<T extends object>(payload: T): T {
    return this.#object(payload);
  }

  #value(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (ArrayBuffer.isView(value)) return this.#remember(value, this.#bytes(value));
    if (Array.isArray(value)) return this.#array(value);
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    return isCopied(value) ? this.#object(value) : value;
  }

  #array(array: readonly unknown[]): unknown[] {
    const copy = this.#remember<unknown[]>(array, []);
    for (const each of array) copy.push(this.#value(each));
    return copy;
  }

  #map(map: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const copy = this.#remember(map, new Map<unknown, unknown>());
    for (const [key, each] of map) copy.set(key, this.#value(each));
    return copy;
  }

  #set(set: ReadonlySet<unknown>): Set<unknown> {
    const copy = this.#remember(set, new Set<unknown>());
    for (const each of set) copy.add(this.#value(each));
    return copy;
  }

  #object<T extends object>(object: T): T {
    const copy = this.#remember(object, Object.create(Object.getPrototypeOf(object) as object | null) as T);
    for (const key of Reflect.ownKeys(object)) {
      const property = Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      // Of a frozen object too, what is unknown has to be stripped from the copy.
      property.configurable = true;
      if ('value' in property) {
        property.writable = true;
        property.value = this.#value(property.value);
      }
      Object.defineProperty(copy, key, property);
    }
    return copy;
  }

  #remember<C>(original: object, copy: C): C {
    this.#copies.set(original, copy);
    return copy;
  }
}

function isCopied(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
  if (prototype === null || prototype === Object.prototype) return true;
  return typeof prototype.constructor === 'function' && hasRules(prototype.constructor);
}
