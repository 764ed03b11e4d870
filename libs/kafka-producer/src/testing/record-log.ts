import type { CommittedRecord } from './committed-record.js';
import { CommittedRecords } from './committed-records.js';

/** Where the clusters of one application put the records they append. */
export class RecordLog extends CommittedRecords {
  #records: CommittedRecord[] = [];
  /** How many records of a topic `next()` has given out. */
  readonly #given = new Map<string, number>();
  readonly #waiting = new Map<string, ((record: CommittedRecord) => void)[]>();

  append(record: CommittedRecord): void {
    this.#records.push(record);
    const waiter = this.#waiting.get(record.topic)?.shift();
    if (waiter === undefined) return;
    this.#give(record.topic);
    waiter(record);
  }

  override all(): readonly CommittedRecord[] {
    return [...this.#records];
  }

  override in(topic: string): readonly CommittedRecord[] {
    return this.#records.filter((record) => record.topic === topic);
  }

  override next(topic: string): Promise<CommittedRecord> {
    const record = this.in(topic)[this.#given.get(topic) ?? 0];
    if (record !== undefined) {
      this.#give(topic);
      return Promise.resolve(record);
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(topic);
      if (waiting === undefined) this.#waiting.set(topic, [resolve]);
      else waiting.push(resolve);
    });
  }

  override clear(): void {
    this.#records = [];
    this.#given.clear();
    // Whoever waits belongs to what is over, and would take the first record of what begins.
    this.#waiting.clear();
  }

  #give(topic: string): void {
    this.#given.set(topic, (this.#given.get(topic) ?? 0) + 1);
  }
}
