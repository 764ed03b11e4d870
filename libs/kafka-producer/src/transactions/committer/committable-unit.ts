import type { RecordMetadata } from '../../record/record-metadata.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import type { StagedRecord } from '../unit/staged-record.js';

/**
 * A unit whose work is done, as the committer sees it: all of it, or nothing, becomes visible.
 *
 * The committer calls exactly one of `committed`, `aborted` and `unknown`, once; `joined` before it, unless the unit is aborted while it waits.
 */
export interface CommittableUnit {
  /** In the order of the sends. Never changes once the unit was submitted. */
  readonly records: readonly StagedRecord[];
  /** In the order of the calls; within one (group, generation, member) the last offset of a partition counts. */
  readonly offsets: readonly ConsumedOffsets[];
  /** Bytes of its records, at most. */
  readonly sizeBytes: number;
  /** It becomes part of a group's attempt, for the first time: it cannot be withdrawn any more, and `commitTimeoutMs` runs. */
  joined(): void;
  /** @param metadata of each record, in their order, with offsets */
  committed(metadata: readonly RecordMetadata[]): void;
  /** Nothing of it is, or will ever be, visible. @param error `TransactionAbortedError`, or `ProducerFencedError` */
  aborted(error: Error): void;
  /** @param settled tells what became of it in the end, if that can still be found out. Never rejects. */
  unknown(error: Error, settled: Promise<'committed' | 'aborted' | 'unknown'>): void;
  /** Before it was submitted: a unit before it in a chain of offsets failed, so this one can only be aborted. */
  predecessorFailed(error: Error): void;
}

/** Commits units, many at a time, in the order in which they were submitted. */
export interface UnitCommitter {
  /**
   * Offsets were staged in a unit that is open: from here on it has its place in their chains (TRANSACTIONS rule 22).
   *
   * @throws InvalidRecordError when one is not above the last that was staged or committed of its (group, topic, partition); nothing was staged then
   */
  stageOffsets(unit: CommittableUnit, offsets: ConsumedOffsets): void;
  /** The unit ended, or a savepoint dropped its offsets, without being submitted. Those behind it in its chains fail: they would commit what it has not. */
  dropOffsets(unit: CommittableUnit): void;
  submit(unit: CommittableUnit): void;
  /** For a unit that commits by itself. Resolves when it stands first in its chains of offsets, or in none of them any more. `undefined`: it does now. */
  untilFirst(unit: CommittableUnit): Promise<void> | undefined;
  /** A unit that commits by itself has. */
  committedApart(unit: CommittableUnit): void;
  /** Takes back a unit that has not joined a group yet. @returns false when it has, or was never submitted */
  withdraw(unit: CommittableUnit): boolean;
  /**
   * Takes no more units. Resolves when every unit that had joined a group has its verdict, and those that were waiting are aborted; never later than after
   * `timeoutMs`, then the rest is told that it is unknown or aborted, as the case may be. Never rejects.
   */
  close(timeoutMs: number): Promise<void>;
}
