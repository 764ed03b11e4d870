import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { TopicOffsets } from './topic-offsets.js';

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  /** The same for all records that were written in one batch. */
  readonly batch: string;
}

const JOIN_TIMEOUT_MS = 30_000;

interface Waiter {
  readonly look: () => void;
  readonly fail: (error: Error) => void;
}

/** Reads topics from given offsets on, as a plain kafkajs consumer with `read_committed` sees them. */
export class TopicReader {
  readonly records: ReadRecord[] = [];
  readonly #client: Kafka;
  readonly #consumer: Consumer;
  /** The group is for this one reading. */
  readonly #groupId = `order-service-demo-${randomUUID()}`;
  /** Of the next record to be kept. */
  readonly #next: Map<string, bigint>;
  /** Everything below was read; what is not in `records` was not committed. */
  readonly #readUpTo: Map<string, bigint>;
  readonly #onRecord: (record: ReadRecord) => void;
  readonly #waiters = new Set<Waiter>();
  #failure: Error | undefined;

  private constructor(client: Kafka, from: TopicOffsets, onRecord: (record: ReadRecord) => void) {
    this.#client = client;
    this.#next = new Map(from);
    this.#readUpTo = new Map(from);
    this.#onRecord = onRecord;
    this.#consumer = client.consumer({ groupId: this.#groupId, maxWaitTimeInMs: 100, readUncommitted: false });
  }

  /** @param onRecord called once per record, in the order of its partition */
  static async start(
    client: Kafka,
    from: TopicOffsets,
    onRecord: (record: ReadRecord) => void = () => undefined,
  ): Promise<TopicReader> {
    const reader = new TopicReader(client, from, onRecord);
    try {
      await reader.#run();
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  hasReadUpTo(ends: TopicOffsets): boolean {
    return [...ends].every(([id, end]) => (this.#readUpTo.get(id) ?? 0n) >= end);
  }

  /**
   * Looks again with every batch that was read.
   *
   * @returns false when it is not so after `timeoutMs`
   */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(() => resolve(false)), timeoutMs);
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        look: () => isSo() && end(() => resolve(true)),
        fail: (error) => end(() => reject(error)),
      };
      this.#waiters.add(waiter);
      if (this.#failure === undefined) waiter.look();
      else waiter.fail(this.#failure);
    });
  }

  /** Who waits for something waits no longer. */
  async close(): Promise<void> {
    this.#failed(new Error('The reader was closed.'));
    await this.#consumer.disconnect();
    const admin = this.#client.admin();
    try {
      await admin.connect();
      await admin.deleteGroups([this.#groupId]);
    } catch {
      // A cluster that does not let us delete the group forgets it by itself.
    } finally {
      await admin.disconnect();
    }
  }

  async #run(): Promise<void> {
    const consumer = this.#consumer;
    let hasJoined = false;
    // A consumer that crashes joins again, and would begin anew.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [id, offset] of this.#next) consumer.seek({ ...placeOf(id), offset: offset.toString() });
      hasJoined = true;
      this.#look();
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#failed(error);
    });
    // Also told of batches that hold nothing to read, such as the end of a transaction.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      this.#readUpTo.set(idOf(payload), BigInt(payload.lastOffset) + 1n);
      this.#look();
    });
    await consumer.connect();
    const topics = new Set([...this.#next.keys()].map((id) => placeOf(id).topic));
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: async (payload) => this.#take(payload) });
    if (!(await this.until(() => hasJoined, JOIN_TIMEOUT_MS)))
      throw new Error(`The topics could not be read: the group has not formed within ${JOIN_TIMEOUT_MS / 1_000} s.`);
  }

  #take({ batch }: EachBatchPayload): void {
    for (const message of batch.messages) {
      const offset = BigInt(message.offset);
      // What was fetched before the consumer went to its place, or came before it joined again.
      if (offset < (this.#next.get(idOf(batch)) ?? 0n)) continue;
      this.#next.set(idOf(batch), offset + 1n);
      const record = readRecord(batch, message);
      this.records.push(record);
      this.#onRecord(record);
    }
  }

  #look(): void {
    for (const { look } of this.#waiters) look();
  }

  #failed(error: Error): void {
    this.#failure = error;
    for (const { fail } of this.#waiters) fail(error);
  }
}

function idOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

function placeOf(id: string): { topic: string; partition: number } {
  const [topic = '', partition] = id.split('/');
  return { topic, partition: Number(partition) };
}

function readRecord({ topic, partition }: Batch, message: KafkaMessage): ReadRecord {
  const { offset, key, value, headers = {} } = message;
  // Not in kafkajs' types: the header of the record batch a message came in.
  const { batchContext } = message as { batchContext?: { firstOffset: string } };
  return {
    topic,
    partition,
    offset,
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
    sizeBytes: (key?.length ?? 0) + (value?.length ?? 0),
    batch: `${topic}/${partition}/${batchContext?.firstOffset ?? offset}`,
  };
}
