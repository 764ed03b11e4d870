import { setTimeout as delay } from 'node:timers/promises';

import { apis, decodeRecordBatchHeaders } from 'kafka-wire';

import type { DeliveryHistory } from '../../history/delivery-history.js';
import type { LoggedRecord } from '../../history/sent-record.js';
import { committedRecordsOf, type AbortedTransaction } from '../../support/committed-records.js';
import { askWithin } from './ask-within.js';

/** By topic name: the last versions before topic ids. */
const FETCH_VERSION = 12;
const METADATA_VERSION = 9;
const MAX_BYTES = 20_000_000;
const READ_COMMITTED = 1;

interface Place {
  readonly topic: string;
  readonly partition: number;
}

interface FetchedPartition {
  readonly partitionIndex: number;
  readonly lastStableOffset: number;
  readonly highWatermark: number;
  readonly records?: Buffer | null;
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}

/** Reads topics as a consumer of committed records does, each partition from where it was, over connections that live as long as one request. */
export class TopicReader {
  readonly #bootstrap: readonly string[];
  readonly #timeoutMs: number;
  readonly #offsets = new Map<string, number>();
  /** Everything that was read, by topic. */
  readonly logs = new Map<string, LoggedRecord[]>();
  /** Partitions with records that an open transaction kept back when they were read last. */
  readonly heldBack = new Set<string>();

  /** @param timeoutMs after which a broker that does not answer is given up */
  constructor(bootstrap: readonly string[], timeoutMs: number) {
    this.#bootstrap = bootstrap;
    this.#timeoutMs = timeoutMs;
  }

  /** Tells the history what there is to see until it is stopped. Brokers that cannot be reached are passed over. */
  async watch(topics: readonly string[], history: DeliveryHistory, stop: AbortSignal, everyMs: number): Promise<void> {
    const noted = new Map<string, number>();
    while (!stop.aborted) {
      await this.readOn(topics);
      for (const [topic, log] of this.logs) {
        for (const record of log.slice(noted.get(topic) ?? 0)) history.saw(topic, 'read_committed', record);
        noted.set(topic, log.length);
      }
      await delay(everyMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** Reads what there is, of as many partitions as can be read. */
  async readOn(topics: readonly string[]): Promise<void> {
    await this.#poll(topics).catch(() => undefined);
  }

  /** Where it reads on: everything before is decided. */
  positionOf(topic: string, partition: number): number {
    return this.#offsets.get(`${topic} ${partition}`) ?? 0;
  }

  /** Reads on until there is no more. @throws when a partition cannot be read */
  async readAll(topics: readonly string[]): Promise<void> {
    for (let before = -1; this.#count > before;) {
      before = this.#count;
      const { unread } = await this.#poll(topics);
      if (unread > 0) throw new Error(`${unread} partitions of ${topics.join()} could not be read`);
    }
  }

  get #count(): number {
    return [...this.logs.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Asks the leaders that the first broker that answers knows of. */
  async #poll(topics: readonly string[]): Promise<{ unread: number }> {
    const { brokers, topics: found } = await this.#metadata(topics);
    const places = found.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, leaderId }) => ({ topic: name ?? '', partition: partitionIndex, leaderId })),
    );
    const unread = await Promise.all(
      [...new Set(places.map(({ leaderId }) => leaderId))].map(async (leader) => {
        const led = places.filter(({ leaderId }) => leaderId === leader);
        const broker = brokers.find(({ nodeId }) => nodeId === leader);
        return broker === undefined
          ? led.length
          : this.#read(`${broker.host}:${broker.port}`, led).catch(() => led.length);
      }),
    );
    return { unread: unread.reduce((sum, count) => sum + count, 0) };
  }

  async #metadata(topics: readonly string[]) {
    const input = { topics: topics.map((name) => ({ name })) };
    const answers = this.#bootstrap.map((address) =>
      askWithin(address, this.#timeoutMs, (it) => it.request(apis.Metadata, METADATA_VERSION, input)),
    );
    return Promise.any(answers);
  }

  /** @returns how many of the partitions could not be read */
  async #read(address: string, places: readonly Place[]): Promise<number> {
    const topics = [...new Set(places.map(({ topic }) => topic))].map((topic) => {
      const of = places.filter((place) => place.topic === topic);
      const partitions = of.map(({ partition }) => {
        return {
          partition,
          fetchOffset: this.#offsets.get(`${topic} ${partition}`) ?? 0,
          partitionMaxBytes: MAX_BYTES,
        };
      });
      return { topic, partitions };
    });
    const input = { maxWaitMs: 0, minBytes: 0, maxBytes: MAX_BYTES, isolationLevel: READ_COMMITTED, topics };
    const { responses } = await askWithin(address, this.#timeoutMs, (it) =>
      it.request(apis.Fetch, FETCH_VERSION, input),
    );
    let unread = 0;
    for (const { topic, partitions } of responses) {
      for (const answer of partitions) {
        if (answer.errorCode !== 0) unread++;
        else await this.#take(topic, answer);
      }
    }
    return unread;
  }

  async #take(topic: string, answer: FetchedPartition): Promise<void> {
    const { partitionIndex: partition, lastStableOffset, highWatermark, abortedTransactions } = answer;
    const bytes = answer.records ?? Buffer.alloc(0);
    const log = this.logs.get(topic) ?? [];
    this.logs.set(topic, log);
    const key = `${topic} ${partition}`;
    for (const { offset, value } of await committedRecordsOf(bytes, abortedTransactions)) {
      if (offset >= (this.#offsets.get(key) ?? 0)) log.push({ partition, offset, value: String(value) });
    }
    const last = decodeRecordBatchHeaders(bytes).at(-1);
    if (last !== undefined) this.#offsets.set(key, last.baseOffset + last.lastOffsetDelta + 1);
    if (lastStableOffset < highWatermark) this.heldBack.add(key);
    else this.heldBack.delete(key);
  }
}
