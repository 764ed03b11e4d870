import { Kafka, logLevel } from 'kafkajs';

/** Where a group stands in each partition of a topic, by partition; −1 where it has committed nothing. */
export async function committedOffsetsOf(
  bootstrap: readonly string[],
  groupId: string,
  topic: string,
): Promise<number[]> {
  const admin = new Kafka({ brokers: [...bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const partitions = offsets?.partitions.toSorted((one, other) => one.partition - other.partition) ?? [];
    return partitions.map(({ offset }) => Number(offset));
  } finally {
    await admin.disconnect();
  }
}
