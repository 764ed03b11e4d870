import type { Clock, TimerHandle } from '../time/clock.js';
import { NO_LEADER, type Partition } from './partition.js';
import { slower, type Replica, type ReplicationLag } from './replica.js';
import { Watchers } from './watchers.js';

/** What replication has to know of a broker. */
export interface ReplicatingNode {
  readonly id: number;
  /** Registered and not fenced: only such a broker may enter an in-sync set. */
  readonly isUp: boolean;
  /** False while its process stands still. */
  readonly isFetching: boolean;
}

/**
 * Followers fetch from their leaders: at once unless they lag, stand still or cannot be reached.
 *
 * The rules are those of Kafka's `Partition`: the high watermark is the smallest end of the in-sync set; a member that has not been caught up
 * for `replica.lag.time.max.ms` leaves the set, and one that has come to the high watermark enters it.
 */
export class Replication {
  /** Told whenever a leader has appended a producer's records. */
  readonly appends = new Watchers();
  readonly #lagTimers = new Map<Partition, TimerHandle>();
  readonly #fetching = new Set<Replica>();
  readonly #brokerLags = new Map<number, ReplicationLag>();
  /** Whether a follower reaches its leader; a test of network failures may replace it, and then calls `replicate` for what changed. */
  canReplicate: (leaderId: number, followerId: number) => boolean = () => true;

  constructor(
    readonly node: (id: number) => ReplicatingNode | undefined,
    readonly clock: Clock,
    readonly replicaLagTimeMaxMs: number,
  ) {}

  /** To be called after each change of a partition's log, leader, in-sync set or settings. */
  replicate(partition: Partition): void {
    if (!this.#leaderRuns(partition)) return;
    for (const follower of partition.followers) this.#fetch(partition, follower);
    this.#settle(partition);
  }

  /** A new leader gives its followers their time to catch up from now on. */
  leaderChanged(partition: Partition): void {
    for (const follower of partition.followers) follower.caughtUpAtMs = this.clock.wallTime();
  }

  /** Followers on this broker stand still from now on: until now they had all there was, or were behind already. */
  stoodStill(partition: Partition, nodeId: number): void {
    const replica = partition.replica(nodeId);
    if (replica?.logEndOffset === partition.log.endOffset) replica.caughtUpAtMs = this.clock.wallTime();
  }

  /** Gives a follower all its leader has, whatever its broker's lag. */
  catchUp(partition: Partition, nodeId: number): void {
    const replica = partition.replica(nodeId);
    if (replica !== undefined) this.#arrive(partition, replica, partition.log.endOffset, this.clock.wallTime());
  }

  /** How far a broker is behind in everything it follows, from its next fetch on. */
  lagBroker(nodeId: number, lag: ReplicationLag): void {
    this.#brokerLags.set(nodeId, lag);
  }

  /** No timer stays. */
  close(): void {
    for (const timer of this.#lagTimers.values()) this.clock.clearTimeout(timer);
    for (const replica of this.#fetching) this.clock.clearTimeout(replica.fetching);
    this.#lagTimers.clear();
    this.#fetching.clear();
  }

  #leaderRuns({ leader }: Partition): boolean {
    const node = this.node(leader);
    return node?.isUp === true && node.isFetching;
  }

  #fetch(partition: Partition, follower: Replica): void {
    if (!this.#reaches(partition, follower)) return;
    const lag = this.#lagOf(follower);
    if (lag === 'stopped') return;
    if (lag === 0 || follower.logEndOffset === partition.log.endOffset) {
      this.#arrive(partition, follower, partition.log.endOffset, this.clock.wallTime());
    } else if (follower.fetching === undefined) {
      this.#fetchLater(partition, follower, lag);
    }
  }

  /** What the leader has now reaches the follower later; what comes in between goes with the next fetch. */
  #fetchLater(partition: Partition, follower: Replica, lagMs: number): void {
    const { leaderEpoch, log } = partition;
    const [endOffset, askedAtMs] = [log.endOffset, this.clock.wallTime()];
    this.#fetching.add(follower);
    follower.fetching = this.clock.setTimeout(() => {
      this.#fetching.delete(follower);
      follower.fetching = undefined;
      const isStill = partition.leaderEpoch === leaderEpoch && this.#reaches(partition, follower);
      if (isStill) this.#arrive(partition, follower, Math.min(endOffset, log.endOffset), askedAtMs);
      this.replicate(partition);
    }, lagMs);
  }

  #reaches({ leader }: Partition, replica: Replica): boolean {
    const node = this.node(replica.nodeId);
    if (!node?.isUp || !node.isFetching || !this.canReplicate(leader, replica.nodeId)) return false;
    return this.#lagOf(replica) !== 'stopped';
  }

  #lagOf({ nodeId, lag }: Replica): ReplicationLag {
    return slower(lag, this.#brokerLags.get(nodeId) ?? 0);
  }

  /** What it asked for then is there; with all that is visible it is in sync (again). */
  #arrive(partition: Partition, follower: Replica, endOffset: number, askedAtMs: number): void {
    follower.logEndOffset = Math.max(follower.logEndOffset, endOffset);
    follower.caughtUpAtMs = Math.max(follower.caughtUpAtMs, askedAtMs);
    const { inSync, replicas, log } = partition;
    if (inSync.includes(follower.nodeId) || follower.logEndOffset < log.highWatermark) return;
    partition.setInSync(replicas.filter((id) => id === follower.nodeId || inSync.includes(id)));
  }

  #settle(partition: Partition): void {
    this.#advance(partition);
    this.#watchLag(partition);
  }

  /** While the in-sync set is too small nothing becomes visible (KIP-966). */
  #advance(partition: Partition): void {
    if (partition.isUnderMinInSync) return;
    const { log, leader } = partition;
    const ends = partition.inSync.map((id) =>
      id === leader ? log.endOffset : (partition.replica(id)?.logEndOffset ?? 0),
    );
    if (log.advanceHighWatermark(Math.min(...ends))) partition.watchers.notify();
  }

  #watchLag(partition: Partition): void {
    this.clock.clearTimeout(this.#lagTimers.get(partition));
    this.#lagTimers.delete(partition);
    const behind = laggards(partition);
    if (behind.length === 0) return;
    const dueMs = Math.min(...behind.map(({ caughtUpAtMs }) => caughtUpAtMs)) + this.replicaLagTimeMaxMs;
    const shrink = () => this.#shrink(partition);
    this.#lagTimers.set(partition, this.clock.setTimeout(shrink, Math.max(0, dueMs - this.clock.wallTime())));
  }

  #shrink(partition: Partition): void {
    this.#lagTimers.delete(partition);
    if (partition.leader === NO_LEADER || !this.#leaderRuns(partition)) return;
    const limitMs = this.clock.wallTime() - this.replicaLagTimeMaxMs;
    const out = laggards(partition).filter(({ caughtUpAtMs }) => caughtUpAtMs <= limitMs);
    const outIds = new Set(out.map(({ nodeId }) => nodeId));
    if (outIds.size > 0) partition.setInSync(partition.inSync.filter((id) => !outIds.has(id)));
    // Before they may come back: what they lack is visible now.
    this.#advance(partition);
    this.replicate(partition);
  }
}

/** In-sync followers that lack what the leader has. */
function laggards(partition: Partition): Replica[] {
  return partition.followers.filter(
    ({ nodeId, logEndOffset }) => partition.inSync.includes(nodeId) && logEndOffset < partition.log.endOffset,
  );
}
