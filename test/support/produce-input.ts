import { encodeRecordBatch, NO_PRODUCER_ID, type apis, type RequestInput } from 'kafka-wire';

/** A produce request with one record for each partition given, to send by hand. */
export async function produceInput(
  topic: string,
  valueByPartition: Readonly<Record<number, string>>,
  { acks = -1, timestamp = Date.now() } = {},
): Promise<RequestInput<typeof apis.Produce>> {
  const partitionData = Object.entries(valueByPartition).map(async ([index, value]) => ({
    index: Number(index),
    records: await encodeRecordBatch({
      records: [{ value, timestamp }],
      producer: { producerId: NO_PRODUCER_ID, producerEpoch: -1, baseSequence: -1 },
    }),
  }));
  return { acks, timeoutMs: 5_000, topicData: [{ name: topic, partitionData: await Promise.all(partitionData) }] };
}
