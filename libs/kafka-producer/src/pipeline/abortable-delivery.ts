import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { RecordAccumulator } from '../accumulator/record-accumulator.js';
import { DeliveryAbortedError, type Persisted } from '../errors/delivery.errors.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import { describeType } from '../serialization/value.serializer.js';
import type { AbortListeners } from './abort-listeners.js';
import type { TopicLines } from './topic-lines.js';
import type { WaitingRecord } from './waiting-record.js';

/**
 * One `send()` with an AbortSignal.
 *
 * Until its batch is sealed an aborted record is taken out again, and it is certain that it was never sent. After that it goes with its batch, and only
 * the promise is let go.
 */
export class AbortableDelivery {
  readonly acknowledge: (metadata: RecordMetadata) => void;
  readonly refuse: (error: unknown) => void;
  /** As the program names it, until it is known how Kafka does. */
  #topic: string;
  readonly #signal: AbortSignal;
  readonly #reject: (error: unknown) => void;
  /** Takes the record out of wherever it is; false when it is too late. */
  #withdraw: () => boolean = () => true;
  #partition: number | undefined;
  /** The record is on its way through the stages. What an abort in the middle of it means is seen when it has arrived. */
  #isEntering = true;

  /** @throws InvalidRecordError for a signal that is none */
  constructor(
    topic: string,
    signal: AbortSignal,
    listeners: AbortListeners,
    resolve: (metadata: RecordMetadata) => void,
    reject: (error: unknown) => void,
  ) {
    assertSignal(topic, signal);
    this.#topic = topic;
    this.#signal = signal;
    this.#reject = reject;
    const settled = (): void => listeners.delete(signal, this.#onAbort);
    this.acknowledge = (metadata) => (settled(), resolve(metadata));
    this.refuse = (error) => (settled(), reject(error));
    if (!signal.aborted) listeners.add(signal, this.#onAbort);
  }

  get isAborted(): boolean {
    return this.#signal.aborted;
  }

  isWaiting(record: WaitingRecord, lines: TopicLines): void {
    this.#topic = record.topic;
    this.#withdraw = () => lines.withdraw(record);
  }

  enteredBatch(batch: ProducerBatch, accumulator: RecordAccumulator): void {
    this.#topic = batch.topic;
    this.#partition = batch.partition;
    this.#withdraw = () => accumulator.withdraw(batch, this.acknowledge, this.refuse);
  }

  /** The record is where it can be for now: in a batch, in a line, or nowhere. */
  entered(): void {
    this.#isEntering = false;
    if (this.#signal.aborted) this.#onAbort();
  }

  readonly #onAbort = (): void => {
    if (this.#isEntering) return;
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

/** By what it can do: a signal may come from another realm. */
function assertSignal(topic: unknown, signal: unknown): void {
  const { aborted, addEventListener } = signal as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  const isController = typeof (signal as { abort?: unknown }).abort === 'function';
  throw new InvalidRecordError({
    ...(typeof topic === 'string' && { topic }),
    reason: `the signal given with it is ${describeType(signal)}, not an AbortSignal`,
    remedy: isController ? 'Pass controller.signal.' : 'Pass the signal of an AbortController, or none.',
  });
}
