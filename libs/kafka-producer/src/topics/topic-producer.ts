import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import { validates, type TopicContract } from './define-topic.js';
import { mergedHeaders } from './merged-headers.js';

/** What a `TopicProducer` needs of a producer; a test may give its own. */
export interface TopicSender {
  send(record: ProducerRecord, options?: TopicSendOptions): Promise<RecordMetadata>;
  sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]>;
}

/** How a `TopicProducer` sends one record. */
export interface TopicSendOptions {
  /** As with `KafkaProducerService.send()`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a caller may say about one record, instead of its contract. What is left out or `undefined` is the contract's. */
export interface RecordOverrides {
  readonly key?: ProducerRecord['key'];
  /** Merged over the headers of the contract. */
  readonly headers?: ProducerRecord['headers'];
  readonly partition?: ProducerRecord['partition'];
  readonly timestamp?: ProducerRecord['timestamp'];
}

const OVERRIDES = ['key', 'partition', 'timestamp'] as const;

/**
 * Sends the records of one contract; injected by `@InjectTopic(contract)`.
 *
 * @typeParam In what the contract takes: the payload, or the input of its schema
 */
export class TopicProducer<In> {
  readonly #sender: TopicSender;

  constructor(
    readonly contract: TopicContract<unknown, In>,
    sender: TopicSender,
  ) {
    this.#sender = sender;
  }

  /**
   * Resolves when the record is acknowledged.
   *
   * @throws PayloadValidationError when the payload is not what the contract says; else as `KafkaProducerService.send()`
   */
  async send(payload: In, overrides?: RecordOverrides, options?: TopicSendOptions): Promise<RecordMetadata> {
    const record = this.contract(payload);
    if (overrides !== undefined) override(record, overrides);
    if (payload === null && overrides?.key !== undefined && validates(this.contract)) throw unmeantTombstone(record);
    return options === undefined ? this.#sender.send(record) : this.#sender.send(record, options);
  }

  /**
   * Resolves when all are acknowledged, in the order of the payloads. All are validated and serialised before the first is sent: when one cannot be sent, none
   * is.
   *
   * @throws BatchDeliveryError when some were sent and failed: look at `results`
   */
  async sendAll(payloads: readonly In[]): Promise<RecordMetadata[]> {
    return this.#sender.sendAll(payloads.map((payload) => this.contract(payload)));
  }
}

/** @param record made here, so nobody else's */
function override(record: ProducerRecord, overrides: RecordOverrides): void {
  for (const name of OVERRIDES) {
    if (overrides[name] !== undefined) Object.assign(record, { [name]: overrides[name] });
  }
  const { headers } = overrides;
  if (headers !== undefined) record.headers = mergedHeaders(record.headers, headers);
}

/** A record with a key and without a value deletes the key, and would be sent without a look at its payload. */
function unmeantTombstone({ topic }: ProducerRecord): InvalidRecordError {
  const reason = 'its payload is null, and with a key of its own that would delete the key';
  const remedy = 'To delete it, send contract.tombstone(key); else leave the key to the contract.';
  return new InvalidRecordError({ topic, reason, remedy });
}
