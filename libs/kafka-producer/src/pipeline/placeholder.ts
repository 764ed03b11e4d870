import type { Flush } from './flush.js';
import type { WaitingRecord } from './waiting-record.js';

/** Where the records of a kept place come from: made one by one as their turn comes, for there may be a great many. */
export interface WaitingRecords {
  /** When the place was filled. */
  readonly sinceMs: number;
  make(index: number): WaitingRecord;
}

/** Keeps the place of records that are sent as a whole and still being serialised: whoever comes later stands behind them. */
export class Placeholder {
  /** Its place among all calls of the producer. Set when it joins a line. */
  turn = 0;
  /** `undefined` until they are there. */
  #records: WaitingRecords | undefined;
  #isGivenUp = false;
  /** How many were made. */
  #made = 0;
  #current: WaitingRecord | undefined;
  readonly #flushes: Flush[] = [];

  constructor(
    /** How many records it is kept for; known, and counted as waiting, from the start. */
    readonly count: number,
    /** When they were called for. */
    readonly sinceMs: number,
    /** Told when the line is given up before the records were there. */
    readonly abandon: (error: Error) => void,
  ) {}

  get isFilled(): boolean {
    return this.#records !== undefined;
  }

  /** Nobody comes any more. */
  get isOver(): boolean {
    return this.#isGivenUp || (this.isFilled && this.next === undefined);
  }

  /** The first of its records that waits; `undefined` as long as they are not there. */
  get next(): WaitingRecord | undefined {
    if (this.#records === undefined || this.#isGivenUp) return undefined;
    if (this.#current?.hasLeft === true) this.#current = undefined;
    if (this.#current === undefined && this.#made < this.count) {
      this.#current = this.#records.make(this.#made++);
      this.#current.turn = this.turn;
      this.#current.flushes.push(...this.#flushes);
    }
    return this.#current;
  }

  /** Records that wait, or that it is kept for. */
  get length(): number {
    if (this.#isGivenUp) return 0;
    return this.count - this.#made + (this.#current?.hasLeft === false ? 1 : 0);
  }

  fill(records: WaitingRecords): void {
    this.#records = records;
  }

  /** None of the records will come. Only for a place that is not filled. */
  giveUp(): void {
    this.#isGivenUp = true;
    for (const flush of this.#flushes) flush.settled(this.count);
  }

  joinFlush(flush: Flush): void {
    flush.expect(this.length);
    if (this.#current?.hasLeft === false) this.#current.flushes.push(flush);
    this.#flushes.push(flush);
  }
}
