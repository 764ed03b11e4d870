import { producerIdKey, type RecordBatchHeader } from 'kafka-wire';
import { checkBatch, hasProducer } from '../log/batch-check.js';
import { PartitionLog } from '../log/partition-log.js';
import { ProducerState, type SequenceVerdict } from '../log/producer-state.js';
import { refusal, type Refusal } from '../log/refusal.js';
import { stampLogAppendTime } from '../log/timestamps.js';
import { Replica } from './replica.js';
import type { TopicSettings } from './topic-settings.js';
import { Watchers } from './watchers.js';

export const NO_LEADER = -1;

/** Where a batch is in the log, now or since an earlier attempt. */
export interface Appended {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1 when timestamps are the producers'. */
  readonly logAppendTimeMs: number;
}

/** One partition: who leads it, who is in sync, its log and what it knows of producers. */
export class Partition {
  readonly log = new PartitionLog();
  readonly watchers = new Watchers();
  readonly #producers = new Map<string, ProducerState>();
  /** {@link NO_LEADER} while no in-sync replica is up. */
  leader: number;
  /** Counts elections; consumers and producers use it to tell old leadership from new. */
  leaderEpoch = 0;
  inSync: readonly number[];
  /** Replicas out of sync that have all that consumers could see: the in-sync set was too small for more since they left (KIP-966). */
  eligibleLeaders: readonly number[] = [];
  readonly #replicas: ReadonlyMap<number, Replica>;
  #followers: readonly Replica[] = [];

  constructor(
    readonly topic: TopicSettings,
    readonly index: number,
    readonly replicas: readonly number[],
  ) {
    this.leader = replicas[0] ?? NO_LEADER;
    this.inSync = replicas;
    this.#replicas = new Map(replicas.map((id) => [id, new Replica(id)]));
    this.#pickFollowers();
  }

  get followers(): readonly Replica[] {
    return this.#followers;
  }

  replica(nodeId: number): Replica | undefined {
    return this.#replicas.get(nodeId);
  }

  /** Kafka holds `min.insync.replicas` against the replicas there are: with one replica, 2 means 1. */
  get isUnderMinInSync(): boolean {
    return this.inSync.length < Math.min(this.topic.minInSyncReplicas, this.replicas.length);
  }

  /** No transaction is ever open yet, so everything replicated is stable. */
  get lastStableOffset(): number {
    return this.log.highWatermark;
  }

  /**
   * Elects a leader, or {@link NO_LEADER}. Its log is the partition's from now on: what the old leader had and it has not is lost, with what
   * is known of producers from there.
   */
  elect(leader: number): void {
    const { log } = this;
    const before = this.replica(this.leader);
    if (before !== undefined) before.logEndOffset = log.endOffset;
    const after = this.replica(leader);
    if (after !== undefined && after.logEndOffset < log.endOffset) this.#truncateTo(after.logEndOffset);
    this.leader = leader;
    this.leaderEpoch++;
    this.#pickFollowers();
    this.watchers.notify();
  }

  setInSync(nodeIds: readonly number[]): void {
    const left = [...this.eligibleLeaders, ...this.inSync].filter((id) => !nodeIds.includes(id));
    this.inSync = nodeIds;
    this.eligibleLeaders = this.isUnderMinInSync ? [...new Set(left)] : [];
    this.watchers.notify();
  }

  /**
   * Appends a produced batch, or tells why not. Copies the bytes: the request's buffer may be reused.
   *
   * Size, checksum and content come before the sequences: a repeat of a batch that has become too large is too large, not a duplicate.
   */
  append(records: Buffer, header: RecordBatchHeader, nowMs: number): Appended | Refusal {
    const { topic } = this;
    const wrong = checkBatch(records, header, topic.batchLimits, nowMs);
    if (wrong !== undefined) return wrong;
    if (header.isTransactional) return refusal('INVALID_TXN_STATE', 'transactions are not served');
    const producer = hasProducer(header) ? this.#producer(header) : undefined;
    const verdict: SequenceVerdict = producer?.judge(header) ?? { kind: 'append' };
    switch (verdict.kind) {
      case 'duplicate':
        return { baseOffset: verdict.of.baseOffset, lastOffset: verdict.of.lastOffset, logAppendTimeMs: -1 };
      case 'stale-epoch':
        return refusal('INVALID_PRODUCER_EPOCH', verdict.reason);
      case 'out-of-order':
        return refusal('OUT_OF_ORDER_SEQUENCE_NUMBER', verdict.reason);
      case 'append':
    }
    const bytes = Buffer.from(records.subarray(0, header.sizeBytes));
    const logAppendTimeMs = topic.batchLimits.logAppendTime ? nowMs : -1;
    if (topic.batchLimits.logAppendTime) stampLogAppendTime(bytes, nowMs);
    const { baseOffset, lastOffset } = this.log.append(bytes, this.#asStored(header, nowMs), this.leaderEpoch);
    if (producer !== undefined) {
      producer.remember(header, baseOffset);
      this.#producers.set(producerIdKey(header.producerId), producer);
    }
    this.watchers.notify();
    return { baseOffset, lastOffset, logAppendTimeMs };
  }

  #pickFollowers(): void {
    this.#followers = [...this.#replicas.values()].filter(({ nodeId }) => nodeId !== this.leader);
  }

  /** As Kafka does it: the log is cut, then read again for what it says about producers. */
  #truncateTo(endOffset: number): void {
    this.log.truncateTo(endOffset);
    for (const replica of this.#replicas.values()) replica.logEndOffset = Math.min(replica.logEndOffset, endOffset);
    this.#producers.clear();
    for (const { header, baseOffset } of this.log.batches) {
      if (!hasProducer(header)) continue;
      const producer = this.#producer(header);
      producer.remember(header, baseOffset);
      this.#producers.set(producerIdKey(header.producerId), producer);
    }
  }

  #producer(header: RecordBatchHeader): ProducerState {
    return this.#producers.get(producerIdKey(header.producerId)) ?? new ProducerState();
  }

  /** The producer id is copied out of the request's buffer: kept as a view it would keep the whole buffer. */
  #asStored(header: RecordBatchHeader, nowMs: number): RecordBatchHeader {
    const producerId = Buffer.from(header.producerId);
    return this.topic.batchLimits.logAppendTime
      ? { ...header, producerId, timestampType: 'append', maxTimestamp: nowMs }
      : { ...header, producerId };
  }
}
