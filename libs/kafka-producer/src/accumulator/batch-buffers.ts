import type { BufferSource } from 'kafka-wire';

import { MemoryReturn } from '../support/memory-return.js';

const MIN_BYTES = 1024;
/** Larger ones hold a record that is no rule, and are not kept. */
const MAX_KEPT_BYTES = 2 ** 24;

/**
 * The memory batches are written into, used again and again.
 *
 * Fresh memory is dear: each of its pages is a fault when it is first touched, and the garbage collector hears of it only late. Buffers come in powers of two; of
 * those that were given back at most `keepBytes` are kept. The others are free at once if they never left: what was sent is not,
 * since a broker could answer before it has read everything, and a socket must never read what is no buffer any more. Source: the pooled buffers of Kafka's `BufferPool`, there of one size.
 */
export class BatchBuffers implements BufferSource {
  /** By size. */
  readonly #free = new Map<number, Buffer[]>();
  readonly #memoryReturn = new MemoryReturn();
  #freeBytes = 0;

  constructor(readonly keepBytes: number) {}

  get freeBytes(): number {
    return this.#freeBytes;
  }

  acquire(minBytes: number): Buffer {
    const sizeBytes = bufferSizeFor(minBytes);
    const kept = this.#free.get(sizeBytes)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(sizeBytes);
    this.#freeBytes -= sizeBytes;
    return kept;
  }

  release(buffer: Buffer, wasBuilt: boolean): void {
    if (buffer.length > MAX_KEPT_BYTES || this.#freeBytes + buffer.length > this.keepBytes) {
      if (!wasBuilt) this.#memoryReturn.free(buffer);
      return;
    }
    this.#freeBytes += buffer.length;
    const sameSize = this.#free.get(buffer.length);
    if (sameSize === undefined) this.#free.set(buffer.length, [buffer]);
    else sameSize.push(buffer);
  }
}

/** How large a buffer is that has to hold so much. */
export function bufferSizeFor(minBytes: number): number {
  return minBytes > MAX_KEPT_BYTES ? minBytes : powerOfTwo(Math.max(minBytes, MIN_BYTES));
}

/** The smallest one that is not below `value`, for 2 ≤ value ≤ 2³⁰. */
function powerOfTwo(value: number): number {
  return 1 << (32 - Math.clz32(value - 1));
}
