import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

const READ_TIMEOUT_MS = 30_000;

/** Offset of the next record to be written, by `topic/partition`. */
export type EndOffsets = ReadonlyMap<string, bigint>;

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string;
  readonly sizeBytes: number;
  /** The same for all records that were written in one batch. */
  readonly batch: string;
}

export async function endOffsets(client: Kafka, topics: readonly string[]): Promise<EndOffsets> {
  const admin = client.admin();
  await admin.connect();
  try {
    const ends = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic))
        ends.set(`${topic}/${partition}`, BigInt(high));
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

/** Everything written to the topics from one set of offsets up to another, as a plain kafkajs consumer sees it. */
export async function readBetween(
  client: Kafka,
  topics: readonly string[],
  from: EndOffsets,
  to: EndOffsets,
): Promise<ReadRecord[]> {
  const unread = new Map([...to].filter(([id, end]) => end > startOf(from, id)));
  if (unread.size === 0) return [];
  const groupId = `order-service-demo-${randomUUID()}`;
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 100 });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics] });
    return await readAll(consumer, from, unread);
  } finally {
    await consumer.disconnect();
    await forgetGroup(client, groupId);
  }
}

/** Resolves when every partition of `unread` was read up to its end. */
function readAll(consumer: Consumer, from: EndOffsets, unread: Map<string, bigint>): Promise<ReadRecord[]> {
  const seconds = READ_TIMEOUT_MS / 1_000;
  const records: ReadRecord[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The topics could not be read to their end within ${seconds} s.`)),
      READ_TIMEOUT_MS,
    );
    const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
      const id = `${batch.topic}/${batch.partition}`;
      for (const message of batch.messages) {
        const offset = BigInt(message.offset);
        if (offset >= startOf(from, id) && offset < (unread.get(id) ?? 0n)) records.push(readRecord(batch, message));
      }
    };
    // Also told of batches that hold nothing to read, such as the end of a transaction.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
      const end = unread.get(`${topic}/${partition}`);
      if (end === undefined || BigInt(lastOffset) + 1n < end) return;
      unread.delete(`${topic}/${partition}`);
      if (unread.size > 0) return;
      clearTimeout(timer);
      resolve(records);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({ autoCommit: false, eachBatch }).then(() => {
      for (const id of unread.keys()) {
        const [topic = '', partition] = id.split('/');
        consumer.seek({ topic, partition: Number(partition), offset: startOf(from, id).toString() });
      }
    }, reject);
  });
}

function startOf(from: EndOffsets, id: string): bigint {
  return from.get(id) ?? 0n;
}

function readRecord({ topic, partition }: Batch, message: KafkaMessage): ReadRecord {
  const { offset, key, value } = message;
  // Not in kafkajs' types: the header of the record batch a message came in.
  const { batchContext } = message as { batchContext?: { firstOffset: string } };
  return {
    topic,
    partition,
    offset,
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    sizeBytes: (key?.length ?? 0) + (value?.length ?? 0),
    batch: `${topic}/${partition}/${batchContext?.firstOffset ?? offset}`,
  };
}

/** The group was for this one reading. A cluster that does not let us delete it forgets it by itself. */
async function forgetGroup(client: Kafka, groupId: string): Promise<void> {
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    return;
  } finally {
    await admin.disconnect();
  }
}
