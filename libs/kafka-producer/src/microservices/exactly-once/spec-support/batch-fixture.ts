import type { EachBatchPayload, KafkaMessage } from '../../../cluster/kafkajs/consumer-batch.js';
import { ConsumerTap } from '../../../cluster/kafkajs/consumer-tap.js';
import type { FetchRequest } from '../../../cluster/kafkajs/kafkajs-parts.js';
import { identify } from '../../../record/consumer-identity.js';
import { ManualClock } from '../../../support/spec-support/manual-clock.js';
import type { Transaction } from '../../../transactions/transaction.js';
import { PartitionBatch, type BatchParts } from '../partition-batch.js';
import { Redelivery } from '../redelivery.js';

/** A unit that was committed: what was sent in it, and its offset. */
export interface Committed {
  readonly sent: unknown[];
  readonly offset: string;
}

interface FixtureOptions {
  readonly maxMessagesPerUnit?: number;
  readonly maxAttempts?: number;
  readonly deadLetterTopic?: string;
}

/** One consumer of partition 2 of topic `in`, whose handlers and brokers do what a test says. */
export class BatchFixture {
  readonly clock = new ManualClock();
  readonly tap = new ConsumerTap('stock', this.clock);
  /** Offsets, in the order of the calls. */
  readonly handled: string[] = [];
  readonly resolved: string[] = [];
  readonly log: string[] = [];
  readonly paused: unknown[] = [];
  readonly committed: Committed[] = [];
  readonly members: unknown[] = [];
  /** What the handler throws for a message, by its offset. */
  readonly poison = new Map<string, unknown>();
  /** What becomes of the next units whose work succeeds. */
  readonly verdicts: (Error | undefined)[] = [];
  /** The signal of all units. */
  readonly ending = new AbortController();
  isRunning = true;
  heartbeat: () => Promise<void> = async () => undefined;
  handle: BatchParts['handle'] = async ({ message }, unit) => {
    this.handled.push(message.offset);
    if (this.poison.has(message.offset)) throw this.poison.get(message.offset);
    await unit.send({ topic: 'out', value: message.offset });
  };
  #parts = this.#partsWith({});

  constructor() {
    this.join(1);
  }

  use(options: FixtureOptions): void {
    this.#parts = this.#partsWith(options);
  }

  join(generationId: number): void {
    this.tap.synced({ memberId: 'a', generationId });
    this.tap.beganPositions();
  }

  consume(...offsets: number[]): Promise<void> {
    return new PartitionBatch(this.#parts, this.#payloadOf(offsets)).run();
  }

  /** For how long the partition is not fetched, in milliseconds; 0 when it is. */
  async withheldMs(): Promise<number> {
    let asked: FetchRequest | undefined;
    const topics = ['in', 'other'].map((topic) => ({ topic, partitions: [{ partition: 2 }] }));
    await this.tap.withheld.fetch({ maxWaitTime: 60_000, topics }, async (request) => {
      asked = request;
      return { responses: [] };
    });
    if (asked?.topics.some(({ topic }) => topic === 'in')) return 0;
    return asked?.maxWaitTime === 60_000 ? Infinity : (asked?.maxWaitTime ?? NaN);
  }

  #partsWith({ maxMessagesPerUnit = 1, ...redelivery }: FixtureOptions): BatchParts {
    const settings = {
      groupId: 'stock',
      backoffMs: 100,
      backoffMaxMs: 1_000,
      maxAttempts: 3,
      deadLetterTopic: undefined,
    };
    const board = { add: (it: unknown) => this.paused.push(it), delete: () => this.paused.pop() };
    return {
      producer: { transaction: (work) => this.#transaction(work) },
      tap: this.tap,
      maxMessagesPerUnit,
      redelivery: new Redelivery({ ...settings, ...redelivery, random: () => 0.5 }, board),
      signal: new AbortController().signal,
      log: (level, message) => this.log.push(`${level}: ${message}`),
      handle: (payload, unit) => this.handle(payload, unit),
    };
  }

  async #transaction<T>(work: (unit: Transaction) => Promise<T>): Promise<T> {
    const sent: unknown[] = [];
    let offset = '';
    const unit: Pick<Transaction, 'signal' | 'sendOffsets'> & { send(record: unknown): Promise<unknown> } = {
      signal: this.ending.signal,
      send: async (record) => sent.push(record),
      sendOffsets: async ({ offsets, member }) => {
        offset = offsets[0]!.offset;
        this.members.push(member);
      },
    };
    const result = await work(unit as unknown as Transaction);
    const verdict = this.verdicts.shift();
    if (verdict !== undefined) throw verdict;
    this.committed.push({ sent, offset });
    return result;
  }

  #payloadOf(offsets: readonly number[]): EachBatchPayload {
    const messages = offsets.map((offset) => {
      const message = { offset: String(offset), value: Buffer.from('v'), key: null, headers: {} };
      identify(message, this.tap.identity!);
      return message as unknown as KafkaMessage;
    });
    const payload = {
      batch: { topic: 'in', partition: 2, messages },
      resolveOffset: (offset: string) => this.resolved.push(offset),
      heartbeat: () => this.heartbeat(),
      isRunning: () => this.isRunning,
      isStale: () => false,
    };
    return payload as unknown as EachBatchPayload;
  }
}
