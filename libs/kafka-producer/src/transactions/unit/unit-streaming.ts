import { TransactionAbortedError } from '../../errors/transaction.errors.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { Clock } from '../../support/clock.js';
import type { CommittableUnit, UnitCommitter } from '../committer/committable-unit.js';
import type { EndOutcome } from '../producer/transactional-producer.js';
import type { StreamingLease, StreamingPool } from '../streaming/streaming-pool.js';
import { UnitStream } from '../streaming/unit-stream.js';
import type { RollbackMark } from './rollback-mark.js';
import type { MemoryAccount, StagedMemory } from './staged-memory.js';
import type { StagedRecord } from './staged-record.js';
import type { StagedWork } from './staged-work.js';
import type { UnitSettings } from './unit-of-work.js';

/** What the streaming units of one producer share. */
export interface StreamingParts {
  readonly pool: StreamingPool;
  /** The size from which a unit streams. */
  readonly maxUnitBytes: number;
  /** What one of them may have on its way: together they leave memory for units that are staged. */
  readonly windowBytes: number;
  readonly commitTimeoutMs: number;
  readonly settledLate: (outcome: 'committed' | 'aborted' | 'unknown', error: Error) => void;
  readonly fenced: (error: Error) => void;
}

/** The unit, as its streaming sees it. */
export interface StreamingOwner extends CommittableUnit {
  readonly account: MemoryAccount;
  readonly work: StagedWork;
  readonly rollback: RollbackMark;
  readonly expiry: { readonly deadlineMs: number };
  readonly takesRecords: boolean;
  /** @throws TransactionEndedError */
  assertTakesRecords(operation: string): void;
  /** Resolves when it has its outcome. */
  untilEnded(): Promise<void>;
  /** From here on its records flow. */
  streaming(): void;
  /** @param metadata made when somebody wants to see it */
  streamed(metadata: () => RecordMetadata[]): void;
}

/** How a unit comes to a producer of its own: because it was asked to, or because it has outgrown its memory; and how it commits then. TRANSACTIONS rules 28 and 29. */
export class UnitStreaming {
  readonly #parts: StreamingParts;
  readonly #shared: { readonly memory: StagedMemory; readonly committer: UnitCommitter; readonly clock: Clock };
  readonly #settings: UnitSettings;
  readonly #owner: StreamingOwner;
  #stream: UnitStream | undefined;

  constructor(
    settings: UnitSettings,
    parts: {
      readonly streaming: StreamingParts;
      readonly memory: StagedMemory;
      readonly committer: UnitCommitter;
      readonly clock: Clock;
    },
    owner: StreamingOwner,
  ) {
    this.#parts = parts.streaming;
    this.#shared = parts;
    this.#settings = settings;
    this.#owner = owner;
  }

  get isActive(): boolean {
    return this.#stream !== undefined;
  }

  /** Looks for a producer where the unit grows too large. @returns false: a record of so many bytes may not be staged before `begin()` has been awaited */
  admits(bytes: number): boolean {
    const unitBytes = this.#owner.account.bytes + bytes;
    if (this.isActive || unitBytes <= this.#parts.maxUnitBytes) return true;
    const lease = this.#parts.pool.tryAcquire();
    if (lease !== undefined) {
      this.#start(lease);
      return true;
    }
    const { memory } = this.#shared;
    return unitBytes <= memory.maxUnitBytes && memory.canReserve(this.#owner.account, bytes);
  }

  /** Waits for a producer. @throws PoolExhaustedError, ProducerClosedError; TransactionEndedError */
  async begin(): Promise<void> {
    const owner = this.#owner;
    owner.assertTakesRecords('send()');
    const acquired = this.#parts.pool.acquire(this.#isInsideStreaming(), owner.untilEnded());
    const lease = await acquired.catch((error: unknown) => {
      owner.assertTakesRecords('send()'); // what ended it is what is to be told
      throw error;
    });
    if (!owner.takesRecords) lease.release();
    owner.assertTakesRecords('send()');
    this.#start(lease);
  }

  /** A record whose bytes are reserved. */
  add(record: StagedRecord): void {
    this.#owner.work.count(record);
    this.#stream?.add([record]);
  }

  /** A unit that commits by itself waits for those that commit lower offsets, while it is not ended. `undefined`: nobody is before it. */
  untilFirst(): Promise<void> | undefined {
    const first = this.isActive ? this.#shared.committer.untilFirst(this.#owner) : undefined;
    return first && Promise.race([first, this.#owner.untilEnded()]);
  }

  async commit(): Promise<void> {
    const owner = this.#owner;
    const { commitTimeoutMs, settledLate } = this.#parts;
    const { clock, committer } = this.#shared;
    const stream = this.#stream!;
    owner.joined();
    const outcome = await stream.commit(owner.offsets, clock.now() + commitTimeoutMs);
    if (outcome?.kind === 'committed') {
      committer.committedApart(owner);
      return owner.streamed(() => stream.metadata.toArray());
    }
    committer.dropOffsets(owner);
    if (outcome?.kind === 'unknown') {
      owner.unknown(outcome.error, outcome.settled);
      void outcome.settled.then((settled) => settledLate(settled, outcome.error));
    } else owner.aborted(this.#abortError(outcome));
  }

  /** Nothing of it will be seen. Never rejects. */
  async abort(): Promise<void> {
    await this.#stream?.abort();
  }

  #start(lease: StreamingLease): void {
    const { memory, clock } = this.#shared;
    const { commitTimeoutMs, windowBytes, fenced, pool } = this.#parts;
    const { account, work, rollback, expiry } = this.#owner;
    lease.producer.allow(this.#settings.timeoutMs + commitTimeoutMs);
    account.windowBytes = windowBytes;
    const owner = {
      left: (records: readonly StagedRecord[]) => memory.release(account, bytesOf(records)),
      failed: (...mark: Parameters<RollbackMark['set']>) => rollback.set(...mark),
      fenced: (error: Error) => {
        pool.fenced(error);
        fenced(error);
      },
    };
    this.#stream = new UnitStream(lease, owner, clock, expiry.deadlineMs + commitTimeoutMs);
    this.#owner.streaming();
    this.#stream.add(work.handOver());
  }

  /** `undefined`: it has failed on the way, and is marked with the reason. */
  #abortError(outcome: (EndOutcome & { kind: 'aborted' | 'fenced' | 'committed' }) | undefined): Error {
    if (outcome?.kind === 'fenced') return outcome.error;
    const detail = 'the brokers had given the transaction up before it was committed';
    return new TransactionAbortedError(this.#owner.rollback.mark ?? { reason: 'timeout', detail });
  }

  #isInsideStreaming(): boolean {
    for (let unit = this.#settings.parent; unit !== undefined; unit = unit.parent) {
      if (unit.state === 'streaming') return true;
    }
    return false;
  }
}

function bytesOf(records: readonly StagedRecord[]): number {
  return records.reduce((sum, { sized }) => sum + sized.maxSizeBytes, 0);
}
