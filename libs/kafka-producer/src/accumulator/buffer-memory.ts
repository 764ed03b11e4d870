import { Fifo } from '../support/fifo.js';

/** Someone who waits for memory. `grant` runs once the bytes are reserved for him. */
export interface MemoryWaiter {
  readonly bytes: number;
  grant(): void;
}

/**
 * The byte budget of everything accepted and not yet settled.
 *
 * Waiters are served first come, first served: a small record never overtakes a large one, or the large one would starve. Bytes come back when a
 * batch is settled, not when it is written to a socket. Source: Kafka's `BufferPool`, without its pooled buffers.
 */
export class BufferMemory {
  #available: number;
  readonly #waiters = new Fifo<MemoryWaiter>();

  constructor(readonly totalBytes: number) {
    this.#available = totalBytes;
  }

  get usedBytes(): number {
    return this.totalBytes - this.#available;
  }

  /** Somebody is short of memory: open batches should leave now rather than wait for more records. */
  get isContended(): boolean {
    return this.#waiters.length > 0;
  }

  /** Takes the bytes if they are free and nobody has been waiting longer. */
  tryReserve(bytes: number): boolean {
    if (this.#waiters.length > 0 || bytes > this.#available) return false;
    this.#available -= bytes;
    return true;
  }

  wait(waiter: MemoryWaiter): void {
    this.#waiters.push(waiter);
  }

  /** Gives up waiting. Whoever stood behind may fit now. */
  cancel(waiter: MemoryWaiter): void {
    if (this.#waiters.remove(waiter)) this.#grant();
  }

  release(bytes: number): void {
    this.#available += bytes;
    this.#grant();
  }

  #grant(): void {
    for (let next = this.#waiters.peek(); next !== undefined && next.bytes <= this.#available;) {
      this.#waiters.shift();
      this.#available -= next.bytes;
      next.grant();
      next = this.#waiters.peek();
    }
  }
}
