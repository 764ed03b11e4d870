import { compact } from '../log/compaction.js';
import { retainedFrom } from '../log/retention.js';
import type { TimerHandle } from '../time/clock.js';
import type { ClusterState } from './cluster-state.js';
import { isInternalTopic } from './internal-topics.js';
import type { Partition } from './partition.js';

export interface LogCleanerSettings {
  /** Kafka looks after old records, compaction and expired producers at three different times; here they are one. */
  readonly intervalMs: number;
  readonly producerIdExpirationMs: number;
}

/** What else becomes old: groups, transactional ids. */
export interface Expiring {
  /** Forgets what nobody has used for too long. */
  expire(): void;
}

/**
 * Looks through all logs from time to time: deletes what is too old or too much, compacts, forgets producers and all else that expires.
 *
 * Rests while no log has anything, so that a cluster nobody writes to has no timer.
 */
export class LogCleaner {
  /** Undefined while it rests. */
  #timer: TimerHandle;

  constructor(
    readonly cluster: ClusterState,
    readonly settings: LogCleanerSettings,
    readonly others: readonly Expiring[] = [],
  ) {
    cluster.replication.appends.add(() => this.#start());
  }

  stop(): void {
    if (this.#timer !== undefined) this.cluster.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks now. */
  clean(): void {
    for (const topic of this.cluster.topics) {
      for (const partition of topic.partitions) this.#cleanPartition(partition);
    }
    for (const other of this.others) other.expire();
  }

  #start(): void {
    this.#timer ??= this.cluster.clock.setTimeout(() => {
      this.#timer = undefined;
      this.clean();
      if (this.#hasWork()) this.#start();
    }, this.settings.intervalMs);
  }

  #hasWork(): boolean {
    for (const { partitions } of this.cluster.topics) {
      if (partitions.some(({ log, knowsProducers }) => log.batches.length > 0 || knowsProducers)) return true;
    }
    return false;
  }

  #cleanPartition(partition: Partition): void {
    const { log, topic } = partition;
    const { settings, clock } = this.cluster;
    const nowMs = clock.wallTime();
    const limits = topic.logLimits;
    partition.deleteBefore(retainedFrom(log, limits, nowMs));
    // Markers and nothing else: nobody reads them, what coordinators know is not kept in a log here.
    if (isInternalTopic(topic.name)) partition.deleteBefore(partition.lastStableOffset);
    if (limits.isCompacting && log.batches.length > 0) {
      const untilOffset = partition.lastStableOffset;
      log.replace(compact(log.batches, { limits, nowMs, untilOffset, codecs: settings.codecs }));
    }
    partition.expireProducers(nowMs - this.settings.producerIdExpirationMs);
  }
}
