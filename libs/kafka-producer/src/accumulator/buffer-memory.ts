/** Someone who waits for memory. `grant` runs once the bytes are reserved for him. */
export interface MemoryWaiter {
  readonly bytes: number;
  /** Grows from call to call: the lowest is served first, whenever it has come to wait. */
  readonly turn: number;
  grant(): void;
}

/**
 * The byte budget of everything accepted and not yet settled.
 *
 * Waiters are served in the order of their turns: a small record never overtakes a large one, or the large one would starve. Bytes come back when a
 * batch is settled, not when it is written to a socket. Source: Kafka's `BufferPool`, without its pooled buffers; its waiters are blocked threads, so there
 * the order of the calls is the order in which they come to wait.
 */
export class BufferMemory {
  #available: number;
  /** By turn. Short, however many records wait: only the first of a topic's line stands here. */
  readonly #waiters: MemoryWaiter[] = [];

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

  /** Takes the bytes if they are free and nobody waits whose turn is before. @param turn left out: after everybody */
  tryReserve(bytes: number, turn = Infinity): boolean {
    const first = this.#waiters[0];
    if (bytes > this.#available || (first !== undefined && first.turn <= turn)) return false;
    this.#available -= bytes;
    return true;
  }

  wait(waiter: MemoryWaiter): void {
    let index = this.#waiters.findIndex(({ turn }) => turn > waiter.turn);
    if (index < 0) index = this.#waiters.length;
    this.#waiters.splice(index, 0, waiter);
  }

  /** Gives up waiting. Whoever stood behind may fit now. */
  cancel(waiter: MemoryWaiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return;
    this.#waiters.splice(index, 1);
    this.#grant();
  }

  release(bytes: number): void {
    this.#available += bytes;
    this.#grant();
  }

  #grant(): void {
    for (let next = this.#waiters[0]; next !== undefined && next.bytes <= this.#available; next = this.#waiters[0]) {
      this.#waiters.shift();
      this.#available -= next.bytes;
      next.grant();
    }
  }
}
