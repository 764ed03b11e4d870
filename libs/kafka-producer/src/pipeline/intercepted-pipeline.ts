import { isKafkaProducerError } from '../errors/is-kafka-producer-error.js';
import type { Delivery } from '../record/delivery.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { assertRecord } from '../serialization/record-fields.js';
import type { Interceptors } from './interceptors.js';
import type { ProducerPipeline } from './producer-pipeline.js';

type Intake = Pick<ProducerPipeline, 'send' | 'sendAll' | 'enqueue'>;

/**
 * Where a producer with interceptors gives its records. One without gives them to the pipeline itself, so none of this costs it anything.
 *
 * Every record that came to an `onSend()` comes to the `onAcknowledgement()` of all interceptors exactly once, whatever became of it.
 */
export class InterceptedPipeline implements Intake {
  readonly #pipeline: Intake;
  readonly #interceptors: () => Interceptors;

  /** @param interceptors throws while they are not there yet */
  constructor(pipeline: Intake, interceptors: () => Interceptors) {
    this.#pipeline = pipeline;
    this.#interceptors = interceptors;
  }

  async send(given: ProducerRecord, signal?: AbortSignal): Promise<RecordMetadata> {
    const interceptors = this.#interceptors();
    const record = intercepted(interceptors, given);
    try {
      const metadata = await this.#pipeline.send(record, signal);
      interceptors.onAcknowledgement(metadata);
      return metadata;
    } catch (error) {
      interceptors.onFailure(record, error);
      throw error;
    }
  }

  async enqueue(given: ProducerRecord): Promise<Delivery> {
    const interceptors = this.#interceptors();
    const record = intercepted(interceptors, given);
    try {
      const { acknowledged } = await this.#pipeline.enqueue(record);
      return { acknowledged: told(interceptors, record, acknowledged) };
    } catch (error) {
      interceptors.onFailure(record, error);
      throw error;
    }
  }

  /** All come to `onSend()` before the first is serialised. */
  async sendAll(given: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    if (!Array.isArray(given)) return this.#pipeline.sendAll(given);
    const interceptors = this.#interceptors();
    const records: ProducerRecord[] = [];
    try {
      for (const record of given as readonly ProducerRecord[]) records.push(intercepted(interceptors, record));
      const all = await this.#pipeline.sendAll(records);
      for (const metadata of all) interceptors.onAcknowledgement(metadata);
      return all;
    } catch (error) {
      for (const [index, record] of records.entries()) tellOf(interceptors, record, index, error);
      throw error;
    }
  }
}

/** @throws InvalidRecordError, after the interceptors were told of it */
function intercepted(interceptors: Interceptors, given: ProducerRecord): ProducerRecord {
  assertRecord(given);
  try {
    return interceptors.onSend(given);
  } catch (error) {
    interceptors.onFailure(given, error);
    throw error;
  }
}

function told(
  interceptors: Interceptors,
  record: ProducerRecord,
  acknowledged: Promise<RecordMetadata>,
): Promise<RecordMetadata> {
  const outcome = acknowledged.then(
    (metadata) => {
      interceptors.onAcknowledgement(metadata);
      return metadata;
    },
    (error: unknown) => {
      interceptors.onFailure(record, error);
      throw error;
    },
  );
  outcome.catch(() => {}); // may be ignored, as the pipeline's own may
  return outcome;
}

/** One record of a call that failed: on its own, or with all others because one of them could not be sent. */
function tellOf(interceptors: Interceptors, record: ProducerRecord, index: number, error: unknown): void {
  if (!isKafkaProducerError(error, 'KAFKA_PRODUCER_BATCH_DELIVERY')) return interceptors.onFailure(record, error);
  const result = error.results[index];
  if (result?.status === 'fulfilled') interceptors.onAcknowledgement(result.value);
  else interceptors.onFailure(record, result?.reason);
}
