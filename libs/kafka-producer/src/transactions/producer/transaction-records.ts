import type { RecordAccumulator } from '../../accumulator/record-accumulator.js';
import type { Sender } from '../../sender/sender.js';
import type { Clock, TimerHandle } from '../../support/clock.js';
import type { StagedRecord } from '../unit/staged-record.js';
import type { AppendCall } from './append-call.js';

/**
 * The records of the open transaction on their way to the brokers.
 *
 * Memory is never reserved: whoever staged the records has been charged for them, and a budget of its own could make a transaction wait for itself.
 */
export class TransactionRecords {
  readonly #accumulator: RecordAccumulator;
  readonly #sender: Sender;
  readonly #clock: Clock;
  readonly #timers = new Set<TimerHandle>();

  constructor(accumulator: RecordAccumulator, sender: Sender, clock: Clock) {
    this.#accumulator = accumulator;
    this.#sender = sender;
    this.#clock = clock;
  }

  /** Sends those that have no outcome yet. At the deadline all that the transaction still waits for is given up. */
  append(records: readonly StagedRecord[], call: AppendCall, deadlineMs: number): void {
    records.forEach(({ topic, partition, sized }, index) => {
      if (!call.has(index)) this.#accumulator.append(topic, partition, sized, call, index);
    });
    this.#accumulator.sealAll();
    const timer = this.#clock.setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#sender.expireAll();
      },
      Math.max(0, deadlineMs - this.#clock.now()),
    );
    this.#timers.add(timer);
    void call.done.then(() => this.#clear(timer));
  }

  /** What has no outcome gets none any more. */
  giveUp(): void {
    this.#sender.expireAll();
  }

  close(): void {
    this.#sender.abort('the producer was closed');
    this.#sender.close();
    for (const timer of this.#timers) this.#clear(timer);
  }

  #clear(timer: TimerHandle): void {
    this.#clock.clearTimeout(timer);
    this.#timers.delete(timer);
  }
}
