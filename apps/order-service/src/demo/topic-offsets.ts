import type { Admin, Kafka } from 'kafkajs';

/** An offset by `topic/partition`. */
export type TopicOffsets = ReadonlyMap<string, bigint>;

/** Where the next record of each partition will be written. */
export function endOffsets(client: Kafka, topics: readonly string[]): Promise<TopicOffsets> {
  return withAdmin(client, async (admin) => {
    const ends = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic))
        ends.set(`${topic}/${partition}`, BigInt(high));
    }
    return ends;
  });
}

/** Where a consumer group will go on; partitions of which it has committed nothing are left out. */
export function committedOffsets(client: Kafka, groupId: string, topic: string): Promise<TopicOffsets> {
  return withAdmin(client, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const committed = found?.partitions.filter(({ offset }) => BigInt(offset) >= 0n) ?? [];
    return new Map(committed.map(({ partition, offset }) => [`${topic}/${partition}`, BigInt(offset)]));
  });
}

async function withAdmin<T>(client: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
