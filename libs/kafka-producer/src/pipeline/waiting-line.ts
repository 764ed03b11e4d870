import { Fifo } from '../support/fifo.js';
import { Placeholder, WaitingRecord } from './waiting-record.js';

/**
 * Records and kept places in the order of the calls.
 *
 * A record that leaves from the middle is only marked, and dropped when it comes to the front: searching for it would make a thousand aborted calls a
 * million steps.
 */
export class WaitingLine {
  readonly #items = new Fifo<WaitingRecord | Placeholder>();

  push(item: WaitingRecord | Placeholder): void {
    this.#items.push(item);
  }

  /** Nobody waits and no place is kept. To be asked after `head()`. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Records that wait, those of filled places included. */
  get waitingCount(): number {
    let count = 0;
    for (const item of this.#items) {
      if (item instanceof Placeholder) count += item.length;
      else if (!item.hasLeft) count++;
    }
    return count;
  }

  /** The first waiting record; `undefined` when there is none or its place is only being kept. */
  head(): WaitingRecord | undefined {
    for (let first = this.#items.peek(); first !== undefined; first = this.#items.peek()) {
      if (first instanceof WaitingRecord) {
        if (!first.hasLeft) return first;
      } else if (!first.isFilled || first.next !== undefined) {
        return first.next;
      }
      this.#items.shift();
    }
    return undefined;
  }

  /** Deadlines come in the order of the line, but for records whose place was kept: theirs begin when they are there. */
  nextDeadlineMs(): number {
    let nextMs = Infinity;
    for (const item of this.#items) {
      if (item instanceof Placeholder) nextMs = Math.min(nextMs, item.next?.deadlineMs ?? Infinity);
      else if (!item.hasLeft) return Math.min(nextMs, item.deadlineMs);
    }
    return nextMs;
  }

  /** Hands over, in order, the records whose deadline has come; each must have left when the call returns. */
  forEachOverdue(nowMs: number, take: (record: WaitingRecord) => void): void {
    for (const item of Array.from(this.#items)) {
      if (item instanceof Placeholder) {
        for (let next = item.next; next !== undefined && next.deadlineMs <= nowMs; next = item.next) take(next);
      } else if (!item.hasLeft) {
        if (item.deadlineMs > nowMs) return;
        take(item);
      }
    }
  }

  *[Symbol.iterator](): Generator<WaitingRecord | Placeholder> {
    yield* this.#items;
  }
}
