import type { ProducerId } from 'kafka-wire';
import type { ClusterState } from '../cluster/cluster-state.js';
import { INTERNAL_TOPICS } from '../cluster/internal-topics.js';
import { NO_LEADER, type Partition } from '../cluster/partition.js';
import type { TimerHandle } from '../time/clock.js';
import type { TopicPartition } from './transaction-metadata.js';

/** What a marker says, the same for every partition of its transaction. */
export interface Marker {
  readonly producerId: ProducerId;
  readonly epoch: number;
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
}

/** Told when a transaction ends on a partition of `__consumer_offsets`. */
export type OffsetsEnded = (offsetsPartition: number, marker: Marker) => void;

/**
 * Brings markers to the partitions of ended transactions (Kafka's `TransactionMarkerChannelManager`).
 *
 * Each takes a time of its own, and until the last is replicated the transaction is not complete. A partition without a leader is waited for;
 * one that was deleted is not.
 */
export class MarkerWriter {
  readonly #onOffsets: OffsetsEnded;
  readonly #timers = new Set<TimerHandle>();
  readonly #stopWaiting = new Set<() => void>();
  #held: (() => void)[] | undefined;

  constructor(
    readonly cluster: ClusterState,
    readonly delayMs: number,
    onOffsets: OffsetsEnded,
  ) {
    this.#onOffsets = onOffsets;
  }

  /** Markers that are due wait from now on. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const write of held) write();
  }

  write(marker: Marker, partitions: readonly TopicPartition[], whenComplete: () => void): void {
    let missing = partitions.length;
    const written = () => {
      if (--missing === 0) whenComplete();
    };
    // An aborted transaction without partitions is complete as soon as it is decided.
    if (missing === 0) this.#later(whenComplete, 0);
    for (const one of partitions) this.#later(() => this.#bring(marker, one, written), this.#delay());
  }

  /** No timer and no watcher stays. */
  close(): void {
    for (const timer of this.#timers) this.cluster.clock.clearTimeout(timer);
    for (const stop of this.#stopWaiting) stop();
    this.#timers.clear();
    this.#held = undefined;
  }

  #delay(): number {
    return this.delayMs === 0 ? 0 : 1 + Math.floor(this.cluster.random.next() * this.delayMs);
  }

  #later(work: () => void, delayMs: number): void {
    if (delayMs === 0 && this.#held === undefined) return work();
    const timer = this.cluster.clock.setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#held === undefined) work();
      else this.#held.push(work);
    }, delayMs);
    this.#timers.add(timer);
  }

  #bring(marker: Marker, { topic, partition: index }: TopicPartition, written: () => void): void {
    const isGone = (partition: Partition | undefined) =>
      partition === undefined || this.cluster.partition(topic, index) !== partition;
    const partition = this.cluster.partition(topic, index);
    if (partition === undefined) return written();
    this.#when(
      partition,
      () => isGone(partition) || this.#takesMarkers(partition),
      () => {
        if (isGone(partition)) return written();
        if (topic === INTERNAL_TOPICS.group) this.#onOffsets(index, marker);
        const endOffset = partition.endTransaction(marker, this.cluster.clock.wallTime());
        const { leaderEpoch } = partition;
        this.cluster.replicate(partition);
        const isReplicated = (): boolean => isGone(partition) || partition.log.highWatermark >= endOffset;
        // Whoever leads after an election may not have it.
        const isInDoubt = (): boolean => partition.leaderEpoch !== leaderEpoch;
        this.#when(
          partition,
          () => isReplicated() || isInDoubt(),
          () => (isInDoubt() ? this.#bring(marker, { topic, partition: index }, written) : written()),
        );
      },
    );
  }

  #takesMarkers(partition: Partition): boolean {
    return (
      partition.leader !== NO_LEADER &&
      !partition.isUnderMinInSync &&
      this.cluster.node(partition.leader)?.isFetching === true
    );
  }

  /** Does the work once the condition holds, now or after a change of the partition. */
  #when(partition: Partition, holds: () => boolean, work: () => void): void {
    if (holds()) return work();
    const stop = () => {
      partition.watchers.remove(look);
      this.#stopWaiting.delete(stop);
    };
    const look = () => {
      if (!holds()) return;
      stop();
      work();
    };
    partition.watchers.add(look);
    this.#stopWaiting.add(stop);
  }
}
