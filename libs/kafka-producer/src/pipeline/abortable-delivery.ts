import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import { DeliveryAbortedError, type Persisted } from '../errors/delivery.errors.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import type { AbortListeners } from './abort-listeners.js';

/**
 * One `send()` with an AbortSignal.
 *
 * Until its batch is sealed an aborted record is taken out again, and it is certain that it was never sent. After that it goes with its batch, and only
 * the promise is let go.
 */
export class AbortableDelivery {
  readonly acknowledge: (metadata: RecordMetadata) => void;
  readonly refuse: (error: unknown) => void;
  readonly #topic: string;
  readonly #signal: AbortSignal;
  readonly #reject: (error: unknown) => void;
  /** Takes the record out of wherever it is; false when it is too late. */
  #withdraw: () => boolean = () => true;
  #partition: number | undefined;

  constructor(
    topic: string,
    signal: AbortSignal,
    listeners: AbortListeners,
    resolve: (metadata: RecordMetadata) => void,
    reject: (error: unknown) => void,
  ) {
    this.#topic = topic;
    this.#signal = signal;
    this.#reject = reject;
    const settled = (): void => listeners.delete(signal, this.#onAbort);
    this.acknowledge = (metadata) => (settled(), resolve(metadata));
    this.refuse = (error) => (settled(), reject(error));
    if (signal.aborted) this.#onAbort();
    else listeners.add(signal, this.#onAbort);
  }

  get isAborted(): boolean {
    return this.#signal.aborted;
  }

  isWaiting(withdraw: () => boolean): void {
    if (this.#partition === undefined) this.#withdraw = withdraw;
  }

  enteredBatch(batch: ProducerBatch, accumulator: RecordAccumulator): void {
    this.#partition = batch.partition;
    this.#withdraw = () => accumulator.withdraw(batch, this.acknowledge, this.refuse);
  }

  readonly #onAbort = (): void => {
    const persisted: Persisted = this.#withdraw() ? 'no' : 'possibly';
    this.#reject(
      new DeliveryAbortedError({
        topic: this.#topic,
        ...(this.#partition !== undefined && { partition: this.#partition }),
        persisted,
        reason: 'its signal was aborted',
        cause: this.#signal.reason,
      }),
    );
  };
}
