import { apis, encodeRecordBatch, errorName, NO_PRODUCER_ID, type ResponseOf } from 'kafka-wire';

import { rawRequest } from './raw-request.js';

type PartitionAnswer = ResponseOf<typeof apis.Produce>['responses'][number]['partitionResponses'][number];

export interface RawProduce {
  readonly acks?: number;
  readonly timeoutMs?: number;
  readonly partition?: number;
  /** Of an idempotent producer; without one the record is not idempotent. */
  readonly producerId?: Buffer;
  readonly baseSequence?: number;
  readonly version?: number;
  readonly valueBytes?: number;
}

/** A request body with one record. */
export async function produceRequest(topic: string, options: RawProduce = {}) {
  const { acks = -1, timeoutMs = 10_000, partition = 0, producerId, baseSequence = 0, valueBytes = 5 } = options;
  const producer =
    producerId === undefined
      ? { producerId: NO_PRODUCER_ID, producerEpoch: -1, baseSequence: -1 }
      : { producerId, producerEpoch: 0, baseSequence };
  const record = { value: 'x'.repeat(valueBytes), timestamp: Date.now() };
  const records = await encodeRecordBatch({ records: [record], producer });
  return { acks, timeoutMs, topicData: [{ name: topic, partitionData: [{ index: partition, records }] }] };
}

/** The whole answer to one record. */
export async function produceTo(address: string, topic: string, options: RawProduce = {}) {
  return rawRequest(address, apis.Produce, options.version ?? 9, await produceRequest(topic, options));
}

/** The offset the record got, or the name of the error. */
export async function produced(address: string, topic: string, options: RawProduce = {}): Promise<number | string> {
  return outcomeOf(await produceTo(address, topic, options));
}

export function outcomeOf(body: ResponseOf<typeof apis.Produce>): number | string {
  const partition: PartitionAnswer | undefined = body.responses[0]?.partitionResponses[0];
  if (partition === undefined) throw new Error('the response names no partition');
  return partition.errorCode === 0 ? partition.baseOffset : errorName(partition.errorCode);
}

/** A cluster that has just started may have none to give yet. */
export async function newProducerId(address: string): Promise<Buffer> {
  for (;;) {
    const body = await rawRequest(address, apis.InitProducerId, 4, { transactionalId: null });
    if (body.errorCode === 0) return Buffer.from(body.producerId);
  }
}
