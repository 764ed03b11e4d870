import { Buffer } from 'node:buffer';

import type { BytesCopy } from './class-copy.js';

/**
 * Takes bytes through class-transformer, which knows only those of a Buffer: any other view comes out empty, after a time that grows with the square of its
 * length.
 *
 * Each view goes in as a Buffer of its bytes, and what comes out over the same memory becomes a view of its class again, wherever it stands then.
 */
export class BytesPassage {
  readonly #views = new Map<ArrayBufferLike, unknown>();

  /** What goes in for a view. */
  readonly enter: BytesCopy = (view) => {
    if (Buffer.isBuffer(view)) return view;
    const memory = new ArrayBuffer(view.byteLength);
    const bytes = Buffer.from(memory);
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    this.#views.set(memory, new (view.constructor as new (memory: ArrayBuffer) => unknown)(memory));
    // Buffer.from(), by which class-transformer copies, asks for it: its copy then is over the same memory.
    Object.defineProperty(bytes, 'valueOf', { value: () => memory });
    return bytes;
  };

  /** Puts the views back into what came out. */
  leave(value: object): void {
    if (this.#views.size > 0) this.#restore(value, new Set());
  }

  #restore(value: unknown, seen: Set<object>): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value)) return this.#views.get(value.buffer) ?? value;
    if (seen.has(value)) return value;
    seen.add(value);
    if (value instanceof Map) {
      for (const [key, each] of value) value.set(key, this.#restore(each, seen));
    } else if (value instanceof Set) {
      const all = Array.from(value, (each) => this.#restore(each, seen));
      value.clear();
      for (const each of all) value.add(each);
    } else this.#restoreProperties(value, seen);
    return value;
  }

  #restoreProperties(object: object, seen: Set<object>): void {
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      if (property.get !== undefined || property.set !== undefined) continue;
      const restored = this.#restore(property.value, seen);
      if (restored !== property.value) Reflect.set(object, key, restored);
    }
  }
}
