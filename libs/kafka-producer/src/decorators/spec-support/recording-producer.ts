import { BatchDeliveryError } from '../../errors/delivery.errors.js';
import type { Delivery } from '../../record/delivery.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { EmitProducer } from '../producer-slot.js';

/** Remembers what it was asked for; settles at once, or as the test says. */
export class RecordingProducer implements EmitProducer {
  readonly calls: { readonly call: 'send' | 'sendAll' | 'enqueue'; readonly records: readonly ProducerRecord[] }[] = [];
  /** The error of a record, if it shall fail. */
  failure: (record: ProducerRecord) => Error | undefined = () => undefined;
  /** Awaited before anything is acknowledged. */
  acknowledgement: Promise<void> = Promise.resolve();

  get records(): ProducerRecord[] {
    return this.calls.flatMap(({ records }) => records);
  }

  async send(record: ProducerRecord): Promise<RecordMetadata> {
    this.calls.push({ call: 'send', records: [record] });
    return await this.acknowledge(record);
  }

  async sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    this.calls.push({ call: 'sendAll', records });
    const results = await Promise.allSettled(records.map((record) => this.acknowledge(record)));
    if (results.some(({ status }) => status === 'rejected')) throw new BatchDeliveryError({ results });
    return results.map((result) => (result as PromiseFulfilledResult<RecordMetadata>).value);
  }

  async enqueue(record: ProducerRecord): Promise<Delivery> {
    this.calls.push({ call: 'enqueue', records: [record] });
    const acknowledged = this.acknowledge(record);
    acknowledged.catch(() => {});
    return { acknowledged };
  }

  private async acknowledge(record: ProducerRecord): Promise<RecordMetadata> {
    await this.acknowledgement;
    const failure = this.failure(record);
    if (failure !== undefined) throw failure;
    return { topic: record.topic, partition: 0, offset: '0' };
  }
}
