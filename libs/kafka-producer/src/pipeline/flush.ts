import type { BatchWatcher, ProducerBatch } from '../accumulator/producer-batch.js';

/** Resolves when everything it was told to watch has been settled, whichever way. */
export class Flush implements BatchWatcher {
  readonly done: Promise<void>;
  #unsettled = 1; // the caller itself, until `armed()`
  #resolve: () => void = () => {};

  constructor() {
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** More to wait for; each is answered by one `batchSettled()`, or by its share of `settled()`. */
  expect(count = 1): void {
    this.#unsettled += count;
  }

  alsoWaitFor(batch: ProducerBatch): void {
    this.expect();
    batch.watch(this);
  }

  batchSettled(): void {
    this.settled(1);
  }

  settled(count: number): void {
    this.#unsettled -= count;
    if (this.#unsettled === 0) this.#resolve();
  }

  /** Everything to wait for has been named. */
  armed(): Promise<void> {
    this.batchSettled();
    return this.done;
  }
}
