import { TransactionOutcomeUnknownError } from '../../errors/transaction.errors.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { Clock } from '../../support/clock.js';
import { OncePerTurn } from '../../support/once-per-turn.js';
import type { EndOutcome, TransactionalProducer } from '../producer/transactional-producer.js';
import type { ConsumedOffsets } from '../unit/consumed-offsets.js';
import { closed, predecessorFailed } from './abort-errors.js';
import { CommitLane } from './commit-lane.js';
import type { CommittableUnit, UnitCommitter } from './committable-unit.js';
import type { CommitterStats } from './committer-stats.js';
import { idleWithin } from './idle-within.js';
import type { LaneContext } from './lane-context.js';
import { OffsetChains } from './offset-chains.js';
import { wouldOvertake } from './overtaking.js';
import { PendingUnit } from './pending-unit.js';
import { ProducerRing } from './producer-ring.js';
import { Quarantine } from './quarantine.js';

/** `transactional.id`s of the main lane, and of the one for what is sick. */
const RING_SIZE = 3;
const QUARANTINE_RING_SIZE = 2;

export interface CommitterSettings {
  readonly commitTimeoutMs: number;
}

export interface CommitterParts {
  readonly clock: Clock;
  /** Makes the producer of the next free `transactional.id`. */
  createProducer(): TransactionalProducer;
  /** Bytes that the brokers together take at once. */
  maxGroupBytes(): number;
}

/** What cannot be told to a unit any more, or concerns all of them. */
export interface CommitterListener {
  /** A unit whose outcome had been reported as unknown. Units of one transaction are told one by one. */
  settledLate(outcome: 'committed' | 'aborted' | 'unknown', error: Error): void;
  fenced(error: Error): void;
  /** @param keys partitions and groups that do not answer, as text */
  setApart(keys: readonly string[], units: number): void;
}

/**
 * READ FIRST in this folder. Gathers the units that are done and commits them, many in one Kafka transaction.
 *
 * A unit goes: submitted → (waits for those before it in its chains of offsets) → the main lane, or the lane of what is sick → its verdict.
 */
export class GroupCommitter implements UnitCommitter {
  readonly #pending = new Map<CommittableUnit, PendingUnit>();
  /** In the order in which they came to a lane for the first time. */
  readonly #entered = new Set<PendingUnit>();
  /** Behind a unit of their chain that is still at work, or set apart behind one that is not. */
  readonly #blocked = new Set<PendingUnit>();
  readonly #chains = new OffsetChains();
  readonly #quarantine = new Quarantine();
  readonly #rings: readonly ProducerRing[];
  readonly #main: CommitLane;
  readonly #apart: CommitLane;
  readonly #clock: Clock;
  readonly #listener: CommitterListener;
  readonly #unblockSoon = new OncePerTurn(() => this.#unblock());
  readonly #wouldOvertake = (pending: PendingUnit): boolean =>
    wouldOvertake(pending, this.#entered, this.#quarantine, this.#blocked);
  /** Why nothing is taken any more. */
  #ended: Error | undefined;

  constructor(settings: CommitterSettings, parts: CommitterParts, listener: CommitterListener) {
    const { clock } = parts;
    this.#clock = clock;
    this.#listener = listener;
    const context: LaneContext = {
      clock,
      quarantine: this.#quarantine,
      commitTimeoutMs: settings.commitTimeoutMs,
      maxGroupBytes: () => parts.maxGroupBytes(),
      setApart: (units, sick) => this.#setApart(units, sick),
      committed: (pending, metadata) => this.#committed(pending, metadata),
      aborted: (pending, error) => this.#aborted(pending, error),
      unknown: (pending, outcome) => this.#unknown(pending, outcome),
      fenced: (error) => this.#fenced(error),
    };
    const ring = (size: number) => new ProducerRing(size, () => parts.createProducer(), clock);
    this.#rings = [ring(RING_SIZE), ring(QUARANTINE_RING_SIZE)];
    this.#main = new CommitLane(this.#rings[0]!, context, false);
    this.#apart = new CommitLane(this.#rings[1]!, context, true);
  }

  stats(): CommitterStats {
    const groupsCommitted = this.#main.groupsCommitted + this.#apart.groupsCommitted;
    const [oldest] = this.#pending.values();
    const oldestUncommittedAgeMs = oldest === undefined ? 0 : this.#clock.now() - oldest.submittedMs;
    const quarantinedUnits = this.#quarantine.size;
    return { groupsCommitted, waitingUnits: this.#pending.size, oldestUncommittedAgeMs, quarantinedUnits };
  }

  stageOffsets(unit: CommittableUnit, offsets: ConsumedOffsets): void {
    this.#chains.stage(unit, offsets);
  }

  dropOffsets(unit: CommittableUnit): void {
    this.#failBehind(unit);
  }

  submit(unit: CommittableUnit): void {
    const pending = new PendingUnit(unit, this.#clock.now());
    this.#pending.set(unit, pending);
    if (this.#ended !== undefined) return this.#aborted(pending, this.#ended);
    if (unit.offsets.length === 0) return this.#enter(pending);
    this.#blocked.add(pending);
    this.#unblock();
  }

  untilFirst(unit: CommittableUnit): Promise<void> | undefined {
    return this.#chains.untilFirst(unit);
  }

  committedApart(unit: CommittableUnit): void {
    this.#chains.committed(unit);
    this.#unblock();
  }

  withdraw(unit: CommittableUnit): boolean {
    const pending = this.#pending.get(unit);
    if (pending === undefined || pending.commitDeadlineMs !== Infinity) return false;
    this.#leave(pending);
    this.#failBehind(unit);
    return true;
  }

  async close(timeoutMs: number): Promise<void> {
    this.#ended ??= closed('it was closed before the unit was committed');
    const waiting = [...this.#pending.values()].filter(({ commitDeadlineMs }) => commitDeadlineMs === Infinity);
    for (const pending of waiting) this.#aborted(pending, this.#ended);
    if (!(await idleWithin([this.#main, this.#apart], timeoutMs, this.#clock))) this.#giveUp(timeoutMs);
    await Promise.all(this.#rings.map((ring) => ring.close()));
  }

  #enter(pending: PendingUnit): void {
    this.#entered.add(pending);
    if (this.#quarantine.holds(pending)) this.#apart.push(pending);
    else if (this.#quarantine.concerns(pending)) this.#setApart([pending]);
    else this.#main.push(pending);
  }

  /** One that goes may let another go, whoever was submitted first. */
  #unblock(): void {
    for (let next = this.#nextUnblocked(); next !== undefined; next = this.#nextUnblocked()) {
      this.#blocked.delete(next);
      this.#chains.entered(next.unit);
      this.#enter(next);
    }
  }

  #nextUnblocked(): PendingUnit | undefined {
    for (const pending of this.#blocked) {
      if (this.#chains.isBlocked(pending.unit)) continue;
      if (!this.#quarantine.concerns(pending) || !this.#wouldOvertake(pending)) return pending;
    }
    return undefined;
  }

  /** @param sick what did not answer, with the reasons; left out for units that come to wait for what is known to be sick */
  #setApart(units: readonly PendingUnit[], sick?: ReadonlyMap<string, Error>): void {
    const areBack = units.some((pending) => this.#quarantine.holds(pending));
    const keys = [...(sick?.keys() ?? [])];
    const isNews = !areBack || keys.some((key) => !this.#quarantine.has(key));
    for (const pending of units) {
      pending.lastError = pending.lastErrorOf(sick);
      this.#quarantine.add(pending, sick);
    }
    if (areBack) this.#apart.putBack(units);
    else for (const pending of units) this.#waitApart(pending);
    if (sick !== undefined) for (const pending of this.#main.concerned()) this.#setApart([pending]);
    this.#unblock(); // who waited for one of these to come here
    if (sick !== undefined && isNews) this.#listener.setApart(keys, units.length);
  }

  #waitApart(pending: PendingUnit): void {
    const mustWait = this.#wouldOvertake(pending);
    this.#chains.entered(pending.unit, !mustWait);
    if (!mustWait) return this.#apart.push(pending);
    this.#blocked.add(pending);
  }

  #committed(pending: PendingUnit, metadata: readonly RecordMetadata[]): void {
    if (!this.#leave(pending)) return;
    if (pending.unit.offsets.length > 0) this.#chains.committed(pending.unit);
    pending.unit.committed(metadata);
    if (this.#blocked.size > 0) this.#unblockSoon.ask();
  }

  #aborted(pending: PendingUnit, error: Error): void {
    if (!this.#leave(pending)) return;
    pending.unit.aborted(error);
    this.#failBehind(pending.unit);
  }

  #unknown(pending: PendingUnit, { error, settled }: EndOutcome & { kind: 'unknown' }): void {
    if (!this.#leave(pending)) return;
    pending.unit.unknown(error, settled);
    void settled.then((outcome) => this.#listener.settledLate(outcome, error));
    this.#failBehind(pending.unit);
  }

  /** Whoever would commit offsets past those of a unit that has not committed its own. */
  #failBehind(unit: CommittableUnit): void {
    for (const behind of this.#chains.failed(unit)) {
      const error = predecessorFailed();
      const pending = this.#pending.get(behind);
      if (pending === undefined) behind.predecessorFailed(error);
      else if (this.#leave(pending)) behind.aborted(error);
    }
    this.#unblock();
  }

  /** @returns false when it had its verdict already */
  #leave(pending: PendingUnit): boolean {
    if (pending.hasLeft) return false;
    pending.hasLeft = true;
    this.#pending.delete(pending.unit);
    this.#entered.delete(pending);
    this.#blocked.delete(pending);
    this.#quarantine.remove(pending);
    return true;
  }

  #fenced(error: Error): void {
    this.#listener.fenced(error);
    this.#ended ??= error;
    for (const pending of this.#pending.values()) this.#aborted(pending, error);
  }

  /** What is written and not answered may be committed; nothing else is. */
  #giveUp(timeoutMs: number): void {
    const detail = `the producer was closed and its coordinator did not answer within ${timeoutMs} ms`;
    for (const ending of [this.#main.ending, this.#apart.ending].filter((each) => each !== undefined)) {
      const error = new TransactionOutcomeUnknownError({ transactionalId: ending.transactionalId, detail });
      const outcome = { kind: 'unknown', error, settled: Promise.resolve('unknown' as const) } as const;
      for (const pending of ending.units.toReversed()) this.#unknown(pending, outcome);
    }
    const late = closed(`it was closed and ${timeoutMs} ms were not enough to commit the unit`);
    for (const pending of this.#pending.values()) this.#aborted(pending, late);
  }
}
