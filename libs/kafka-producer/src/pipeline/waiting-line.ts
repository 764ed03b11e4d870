import { Fifo } from '../support/fifo.js';
import { Placeholder, type WaitingRecords } from './placeholder.js';
import { WaitingRecord } from './waiting-record.js';

/**
 * Records and kept places in the order of the calls.
 *
 * Nothing here walks the line: a record that leaves from the middle is only marked, and dropped when it comes to the front; the count is kept. All records
 * have the same patience, so those that came one by one are overdue in the order they came, and those of kept places in the order the places were filled:
 * two more queues, of which only the fronts are looked at.
 */
export class WaitingLine {
  readonly #items = new Fifo<WaitingRecord | Placeholder>();
  /** Those that came one by one; by `sinceMs`. */
  readonly #records = new Fifo<WaitingRecord>();
  /** By the `sinceMs` of their records. */
  readonly #filled = new Fifo<Placeholder>();
  /** Those that came as the caller gave them, until they are asked for. */
  readonly #deferred = new Fifo<WaitingRecord>();
  #length = 0;

  /** Records that wait, those of kept places included, be they there or not. */
  get length(): number {
    return this.#length;
  }

  /** Nobody waits and no place is kept. To be asked after `head()`. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  push(record: WaitingRecord): void {
    this.#items.push(record);
    this.#records.push(record);
    if (record.deferred !== undefined) {
      this.#dropStarted();
      this.#deferred.push(record);
    }
    this.#length++;
  }

  hold(place: Placeholder): void {
    this.#items.push(place);
    this.#length += place.count;
  }

  fill(place: Placeholder, records: WaitingRecords): void {
    place.fill(records);
    this.#filled.push(place);
  }

  giveUp(place: Placeholder): void {
    this.#length -= place.length;
    place.giveUp();
  }

  leave(record: WaitingRecord): void {
    record.hasLeft = true;
    this.#length--;
  }

  /** The first waiting record; `undefined` when there is none or its place is only being kept. */
  head(): WaitingRecord | undefined {
    const first = this.#front();
    return first instanceof Placeholder ? first.next : first;
  }

  /** Since when the first in the line waits; `Infinity` for an empty one. */
  oldestSinceMs(): number {
    return this.#front()?.sinceMs ?? Infinity;
  }

  /** The smallest `sinceMs` of a record that is there; `Infinity` for none. */
  nextSinceMs(): number {
    return Math.min(this.#oldestRecord()?.sinceMs ?? Infinity, this.#oldestOfPlaces()?.sinceMs ?? Infinity);
  }

  /** A record that has been waiting since then or longer. */
  waitingSince(sinceMs: number): WaitingRecord | undefined {
    const record = this.#oldestRecord();
    if (record !== undefined && record.sinceMs <= sinceMs) return record;
    const ofPlace = this.#oldestOfPlaces();
    return ofPlace !== undefined && ofPlace.sinceMs <= sinceMs ? ofPlace : undefined;
  }

  /** The first whose serializers were not started, each once. */
  nextDeferred(): WaitingRecord | undefined {
    this.#dropStarted();
    return this.#deferred.shift();
  }

  /** Everything in the line, what has left from its middle included. */
  [Symbol.iterator](): Generator<WaitingRecord | Placeholder> {
    return this.#items[Symbol.iterator]();
  }

  #front(): WaitingRecord | Placeholder | undefined {
    for (let first = this.#items.peek(); first !== undefined; first = this.#items.peek()) {
      if (first instanceof Placeholder ? !first.isOver : !first.hasLeft) return first;
      this.#items.shift();
    }
    return undefined;
  }

  #dropStarted(): void {
    for (let first = this.#deferred.peek(); first !== undefined; first = this.#deferred.peek()) {
      if (!first.hasLeft && first.deferred !== undefined) return;
      this.#deferred.shift();
    }
  }

  #oldestRecord(): WaitingRecord | undefined {
    while (this.#records.peek()?.hasLeft === true) this.#records.shift();
    return this.#records.peek();
  }

  #oldestOfPlaces(): WaitingRecord | undefined {
    while (this.#filled.peek()?.isOver === true) this.#filled.shift();
    return this.#filled.peek()?.next;
  }
}
