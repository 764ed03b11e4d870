/** Something that happens at a moment of virtual time. */
export interface QueuedEvent {
  readonly atMs: number;
  /** Decides between events of one moment. */
  readonly tie: number;
  /** Decides between events of one moment with one tie: the order in which they were added. */
  readonly sequence: number;
  /** Undefined once it was cancelled or taken. */
  fire: (() => void) | undefined;
}

const MIN_CANCELLED_TO_SWEEP = 1_000;

/** Events to come, the next one first. A binary heap: thousands of time-outs that are cancelled long before they are due must cost little. */
export class EventQueue {
  #heap: QueuedEvent[] = [];
  #cancelled = 0;
  #sequence = 0;

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(atMs: number, tie: number, fire: () => void): QueuedEvent {
    const event: QueuedEvent = { atMs, tie, sequence: this.#sequence++, fire };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Harmless for an event that was taken. */
  cancel(event: QueuedEvent): void {
    if (event.fire === undefined) return;
    event.fire = undefined;
    this.#cancelled++;
    if (this.#cancelled >= MIN_CANCELLED_TO_SWEEP && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** When the next event happens; Infinity without any. */
  get nextAtMs(): number {
    this.#dropCancelled();
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** Takes the next event out. @returns what to call */
  take(): (() => void) | undefined {
    this.#dropCancelled();
    const event = this.#pop();
    const fire = event?.fire;
    if (event !== undefined) event.fire = undefined;
    return fire;
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].fire === undefined) {
      this.#pop();
      this.#cancelled--;
    }
  }

  #sweep(): void {
    this.#heap = this.#heap.filter((event) => event.fire !== undefined);
    this.#cancelled = 0;
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #pop(): QueuedEvent | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const event = heap[from] as QueuedEvent;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as QueuedEvent;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const event = heap[from] as QueuedEvent;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as QueuedEvent, heap[below] as QueuedEvent)) below++;
      const child = heap[below] as QueuedEvent;
      if (!isBefore(child, event)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = event;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.tie !== b.tie ? a.tie < b.tie : a.sequence < b.sequence;
}
