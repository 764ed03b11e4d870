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

  /** One more to wait for; each is answered by one `batchSettled()`. */
  expect(count = 1): void {
    this.#unsettled += count;
  }

  alsoWaitFor(batch: ProducerBatch): void {
    this.expect();
    batch.watch(this);
  }

  batchSettled(): void {
    if (--this.#unsettled === 0) this.#resolve();
  }

  /** Everything to wait for has been named. */
  armed(): Promise<void> {
    this.batchSettled();
    return this.done;
  }
}
