import type { Cluster } from '../cluster/cluster.js';
import { RecordPartitioner, type PartitioningSettings } from '../partitioning/record-partitioner.js';
import { RecordSerializer, type SerializationSettings } from '../serialization/record-serializer.js';
import type { Clock } from '../support/clock.js';
import type { CommitterStats } from './committer/committer-stats.js';
import { GroupCommitter, type CommitterListener } from './committer/group-committer.js';
import { InstanceProducers, type CommonSettings } from './producer/instance-producers.js';
import type { AmbientUnits } from './propagation/ambient-units.js';
import type { PlainSends } from './propagation/no-transaction.js';
import { Transactions, type TransactionsListener } from './propagation/transactions.js';
import { StreamingPool, type StreamingStats } from './streaming/streaming-pool.js';
import { RecordStager, type StagingSettings } from './unit/record-stager.js';
import { StagedMemory } from './unit/staged-memory.js';
import { StagedUnits } from './unit/staged-units.js';
import { UnitDeadlines } from './unit/unit-deadlines.js';
import type { HookFailure } from './unit/unit-hooks.js';
import type { RecordInterceptors } from './unit/unit-interception.js';

/** A staged unit may grow to so many times `maxUnitBytes` while there is memory (TRANSACTIONS rule 28). */
const MAX_GROWTH = 4;

export interface EngineSettings {
  /** Name of the module. */
  readonly producer: string;
  readonly transactions: {
    readonly idPrefix: string;
    readonly instanceId: string | undefined;
    readonly timeoutMs: number;
    readonly commitTimeoutMs: number;
    readonly transactionTimeoutMs: number;
    readonly maxUnitBytes: number;
    readonly maxStagedBytes: number;
    readonly maxStreamingProducers: number;
    readonly acquireTimeoutMs: number;
  };
  /** Those of the pipeline. */
  readonly pipeline: CommonSettings & PartitioningSettings & SerializationSettings & StagingSettings;
}

export interface EngineListener extends CommitterListener, TransactionsListener {
  readonly hookFailed: HookFailure;
}

/** Counters only grow. */
export interface TransactionStats extends CommitterStats, StreamingStats {
  /** Units that have not ended. */
  readonly openUnits: number;
  readonly stagedBytes: number;
  readonly maxStagedBytes: number;
}

/** The transactions of one producer, put together. Nothing is asked of a broker before the first commit. */
export class TransactionEngine {
  readonly transactions: Transactions;
  readonly #committer: GroupCommitter;
  readonly #units: StagedUnits;
  readonly #memory: StagedMemory;
  readonly #pool: StreamingPool;
  readonly #producers: InstanceProducers;
  readonly #clock: Clock;

  constructor(
    { producer, transactions, pipeline }: EngineSettings,
    parts: {
      readonly cluster: Cluster;
      readonly clock: Clock;
      /** Shared by the producers of an application. */
      readonly ambient: AmbientUnits;
      /** What sends outside of units. */
      readonly plain: PlainSends;
      /** `undefined`: the producer has none. */
      readonly interceptors?: (() => RecordInterceptors) | undefined;
      readonly listener: EngineListener;
    },
  ) {
    const { cluster, clock, ambient, plain, listener } = parts;
    this.#clock = clock;
    const { maxUnitBytes } = transactions;
    const producers = new InstanceProducers(transactions, pipeline, cluster, clock);
    this.#producers = producers;
    const maxGroupBytes = (): number => pipeline.maxRequestSizeBytes * Math.max(1, cluster.brokers().length);
    const committerParts = { clock, createProducer: () => producers.createForGroups(), maxGroupBytes };
    this.#committer = new GroupCommitter(transactions, committerParts, listener);
    this.#pool = new StreamingPool(transactions, () => producers.createForStream(), clock);
    this.#memory = new StagedMemory(transactions.maxStagedBytes, maxUnitBytes * MAX_GROWTH);
    const stager = new RecordStager(pipeline, {
      serializer: new RecordSerializer(pipeline, clock),
      partitioner: new RecordPartitioner(pipeline),
      cluster,
      memory: this.#memory,
      clock,
    });
    this.#units = new StagedUnits({
      stager,
      memory: this.#memory,
      deadlines: new UnitDeadlines(clock),
      committer: this.#committer,
      streaming: {
        pool: this.#pool,
        maxUnitBytes,
        windowBytes: Math.min(maxUnitBytes, transactions.maxStagedBytes / 2 / transactions.maxStreamingProducers),
        commitTimeoutMs: transactions.commitTimeoutMs,
        settledLate: (outcome, error) => listener.settledLate(outcome, error),
        fenced: (error) => listener.fenced(error),
      },
      clock,
      hookFailed: listener.hookFailed,
      interceptors: parts.interceptors,
      outside: (work) => ambient.leave(this.transactions, work),
    });
    const settings = { producer, timeoutMs: transactions.timeoutMs };
    this.transactions = new Transactions(settings, this.#units, ambient, plain, listener);
  }

  stats(): TransactionStats {
    return {
      ...this.#committer.stats(),
      ...this.#pool.stats(),
      openUnits: this.#units.size,
      stagedBytes: this.#memory.usedBytes,
      maxStagedBytes: this.#memory.totalBytes,
    };
  }

  /** Opens no more units, lets those that are open finish, and commits what is done, all of it within `timeoutMs`. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const deadlineMs = this.#clock.now() + timeoutMs;
    await this.#units.close(timeoutMs);
    const leftMs = Math.max(0, deadlineMs - this.#clock.now());
    await Promise.all([this.#committer.close(leftMs), this.#pool.close(leftMs)]);
    await this.#producers.close();
  }
}
