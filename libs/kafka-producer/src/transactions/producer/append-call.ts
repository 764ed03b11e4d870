import type { RecordSettler } from '../../accumulator/record-settler.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { AppendOutcome } from './transactional-producer.js';

/** One call of `append()`: collects what becomes of its records. The first outcome of a record counts. */
export class AppendCall implements RecordSettler {
  /** Resolves when every record has an outcome. */
  readonly done: Promise<readonly AppendOutcome[]>;
  readonly #outcomes: (AppendOutcome | undefined)[];
  #missing: number;
  #resolve!: (outcomes: readonly AppendOutcome[]) => void;

  constructor(recordCount: number) {
    this.#outcomes = Array.from({ length: recordCount }, () => undefined);
    this.#missing = recordCount;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
    if (recordCount === 0) this.#resolve([]);
  }

  has(index: number): boolean {
    return this.#outcomes[index] !== undefined;
  }

  acknowledge(index: number, metadata: RecordMetadata): void {
    this.settle(index, { kind: 'appended', metadata });
  }

  /** The settlement of transactions rejects with nothing but outcomes. */
  reject(index: number, outcome: unknown): void {
    this.settle(index, outcome as AppendOutcome);
  }

  settle(index: number, outcome: AppendOutcome): void {
    if (this.#outcomes[index] !== undefined) return;
    this.#outcomes[index] = outcome;
    if (--this.#missing === 0) this.#resolve(this.#outcomes as AppendOutcome[]);
  }

  /** All that have none yet. */
  settleRest(outcomeOf: (index: number) => AppendOutcome): void {
    for (let index = 0; index < this.#outcomes.length; index++)
      if (!this.has(index)) this.settle(index, outcomeOf(index));
  }
}
