import type { RecordBatchHeader } from 'kafka-wire';
import { acceptBatch } from '../log/accept-batch.js';
import type { Codecs } from '../log/acceptance.js';
import { markerBatch, type TransactionEnd } from '../log/marker-batch.js';
import { PartitionLog } from '../log/partition-log.js';
import { ProducerStates } from '../log/producer-states.js';
import { isRefusal, refusal, type Refusal } from '../log/refusal.js';
import { Replica } from './replica.js';
import type { TopicSettings } from './topic-settings.js';
import { Watchers } from './watchers.js';

export const NO_LEADER = -1;
const TO_HIGH_WATERMARK = -1;

/** Where a batch is in the log, now or since an earlier attempt. */
export interface Appended {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1 when timestamps are the producers'. For a repeat the time of the original, whoever set it. */
  readonly logAppendTimeMs: number;
}

/** One partition: who leads it, who is in sync, its log and what it knows of producers. */
export class Partition {
  readonly log = new PartitionLog();
  readonly watchers = new Watchers();
  readonly producers = new ProducerStates();
  /** {@link NO_LEADER} while no in-sync replica is up. */
  leader: number;
  /** Counts elections; consumers and producers use it to tell old leadership from new. */
  leaderEpoch = 0;
  inSync: readonly number[];
  /** Replicas out of sync that have all that consumers could see: the in-sync set was too small for more since they left (KIP-966). */
  eligibleLeaders: readonly number[] = [];
  /** The preferred leader first. */
  replicas: readonly number[] = [];
  #replicas: ReadonlyMap<number, Replica> = new Map();
  #followers: readonly Replica[] = [];

  constructor(
    readonly topic: TopicSettings,
    readonly index: number,
    replicas: readonly number[],
  ) {
    this.leader = replicas[0] ?? NO_LEADER;
    this.inSync = replicas;
    this.log.epochs.begin(this.leaderEpoch, this.log.endOffset);
    this.placeReplicas(replicas);
  }

  /** Puts the replicas on these nodes; new ones have nothing yet. */
  placeReplicas(nodeIds: readonly number[]): void {
    this.replicas = nodeIds;
    this.#replicas = new Map(nodeIds.map((id) => [id, this.#replicas.get(id) ?? new Replica(id)]));
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

  /** The high watermark, or where the oldest open transaction begins, also where its beginning is deleted by now. */
  get lastStableOffset(): number {
    return this.producers.transactions.lastStableOffset(this.log.highWatermark);
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
    if (leader !== NO_LEADER) this.log.epochs.begin(this.leaderEpoch, this.log.endOffset);
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
   *
   * @param isVerified the coordinator was asked: the partition takes part in the producer's transaction
   */
  append(
    records: Buffer,
    header: RecordBatchHeader,
    nowMs: number,
    codecs: Codecs,
    isVerified = false,
  ): Appended | Refusal {
    const { topic } = this;
    const place = `${topic.name}-${this.index}`;
    const accepted = acceptBatch(records, header, { limits: topic.batchLimits, place, nowMs, codecs });
    if (isRefusal(accepted)) return accepted;
    const admission = this.producers.judge(header, isVerified);
    if (admission.kind === 'refuse') return admission.refusal;
    if (admission.kind === 'duplicate') {
      const { baseOffset, lastOffset, timestamp } = admission.of;
      return { baseOffset, lastOffset, logAppendTimeMs: timestamp };
    }
    const { baseOffset, lastOffset } = this.log.append(accepted.bytes, accepted.header, this.leaderEpoch);
    this.producers.remember(accepted.header, baseOffset);
    this.watchers.notify();
    return { baseOffset, lastOffset, logAppendTimeMs: accepted.logAppendTimeMs };
  }

  /** Writes the marker that ends a producer's transaction, also where it wrote nothing. @returns the log's end behind it */
  endTransaction(end: TransactionEnd, nowMs: number): number {
    const { bytes, header } = markerBatch(end, nowMs);
    const { baseOffset } = this.log.append(bytes, header, this.leaderEpoch);
    this.producers.endTransaction(end, baseOffset, nowMs);
    this.watchers.notify();
    return this.log.endOffset;
  }

  /**
   * Deletes records from the beginning of the log. What is known of producers stays.
   *
   * @param offset of the first record to keep; -1: the high watermark
   */
  deleteRecords(offset: number): PartitionLog | Refusal {
    const { log, topic } = this;
    if (!topic.logLimits.isDeleting) return refusal('POLICY_VIOLATION', `${topic.name} is compacted, not deleted from`);
    const before = offset === TO_HIGH_WATERMARK ? log.highWatermark : offset;
    if (before < 0 || before > log.highWatermark) {
      return refusal('OFFSET_OUT_OF_RANGE', `${before} is beyond the high watermark ${log.highWatermark}`);
    }
    this.deleteBefore(before);
    return log;
  }

  /** Deletes the records before an offset, which is at most the high watermark, and forgets which of them were aborted. */
  deleteBefore(offset: number): void {
    if (!this.log.deleteBefore(offset)) return;
    this.producers.transactions.forgetBefore(offset);
    this.watchers.notify();
  }

  get knowsProducers(): boolean {
    return !this.producers.isEmpty;
  }

  /** Forgets producers whose last records here are that old: `producer.id.expiration.ms` ago. */
  expireProducers(untilMs: number): void {
    this.producers.expire(untilMs);
  }

  /** Drops what is known of producers, as if it had expired: every sequence is taken from the next batch of each. */
  forgetProducers(): void {
    this.producers.forget();
  }

  #pickFollowers(): void {
    this.#followers = [...this.#replicas.values()].filter(({ nodeId }) => nodeId !== this.leader);
  }

  /** As Kafka does it: the log is cut, then read again for what it says about producers. */
  #truncateTo(endOffset: number): void {
    this.log.truncateTo(endOffset);
    for (const replica of this.#replicas.values()) replica.logEndOffset = Math.min(replica.logEndOffset, endOffset);
    this.producers.rebuild(this.log.batches);
  }
}
