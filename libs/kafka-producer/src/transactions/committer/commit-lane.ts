import { isKafkaProducerError } from '../../errors/is-kafka-producer-error.js';
import { Fifo } from '../../support/fifo.js';
import type { EndOutcome, TransactionalProducer } from '../producer/transactional-producer.js';
import { appendGroup, metadataOf, partedBy } from './group-attempt.js';
import { overdue, refused } from './abort-errors.js';
import { AttemptPatience } from './attempt-patience.js';
import { GroupPacing } from './group-pacing.js';
import { judge, runsAround, type GroupAnswers, type Judgement } from './judgement.js';
import type { LaneContext } from './lane-context.js';
import type { PendingUnit } from './pending-unit.js';
import type { ProducerRing } from './producer-ring.js';

/** For the answer to an abort; the next group does not wait for it, unless this one may have been fenced. Unit: milliseconds. */
const ABORT_MS = 5_000;

/** Between attempts that failed one after the other without anybody being to blame. Units: milliseconds. */
const FIRST_PAUSE_MS = 1;
const MAX_PAUSE_MS = 200;

/**
 * One transaction after the other.
 *
 * `#commit()` is the whole of it: everything that waits is appended in one transaction, all answers are awaited, and then it is committed, or aborted and run
 * again without those who are to blame. The next group is appended when this one's EndTxn has been answered, so the order of the units is the order of the log.
 */
export class CommitLane {
  #waiting = new Fifo<PendingUnit>();
  /** Groups that came out of an attempt, in their order. They go before everything that waits. */
  readonly #planned: PendingUnit[][] = [];
  #current: readonly PendingUnit[] = [];
  /** Its EndTxn(commit) may have been written: only the answer tells what became of the current group. */
  #ending: TransactionalProducer | undefined;
  #isRunning = false;
  #failures = 0;
  /** Groups that were committed. */
  groupsCommitted = 0;
  /** Called when nothing is left to do. */
  onIdle: () => void = () => {};
  readonly #ring: ProducerRing;
  readonly #context: LaneContext;
  readonly #pacing: GroupPacing;
  readonly #patience: AttemptPatience;
  readonly #isQuarantine: boolean;

  constructor(ring: ProducerRing, context: LaneContext, isQuarantine: boolean) {
    this.#ring = ring;
    this.#context = context;
    this.#pacing = new GroupPacing(context.clock);
    this.#patience = new AttemptPatience();
    this.#isQuarantine = isQuarantine;
  }

  get isIdle(): boolean {
    return !this.#isRunning;
  }

  /** Those that wait and touch what is sick by now: who comes later waits apart at once, and must not be before them there. */
  concerned(): PendingUnit[] {
    const { quarantine } = this.#context;
    return [...this.#planned.flat(), ...this.#waiting].filter(
      (each) => !this.#isGone(each) && quarantine.concerns(each),
    );
  }

  /** The transaction whose EndTxn(commit) has not been answered. */
  get ending(): { readonly transactionalId: string; readonly units: readonly PendingUnit[] } | undefined {
    return this.#ending && { transactionalId: this.#ending.transactionalId, units: this.#current };
  }

  push(pending: PendingUnit): void {
    this.#waiting.push(pending);
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** Takes units back that waited for what is still sick: before all that came after them. */
  putBack(units: readonly PendingUnit[]): void {
    const behind = this.#waiting;
    this.#waiting = new Fifo();
    for (const pending of [...units, ...behind]) this.push(pending);
  }

  async #run(): Promise<void> {
    while (this.#planned.length > 0 || this.#waiting.length > 0) {
      await this.#pacing.next();
      const group = this.#next();
      if (group.length > 0) await this.#commit(group);
    }
    this.#isRunning = false;
    this.onIdle();
  }

  #next(): PendingUnit[] {
    const group = this.#stillGoing(this.#planned.shift() ?? this.#gather());
    const { quarantine } = this.#context;
    if (this.#isQuarantine || quarantine.size === 0) return group;
    const apart = group.filter((pending) => quarantine.concerns(pending));
    if (apart.length > 0) this.#context.setApart(apart);
    return group.filter((pending) => !apart.includes(pending));
  }

  #gather(): PendingUnit[] {
    const maxBytes = this.#context.maxGroupBytes();
    const group: PendingUnit[] = [];
    let bytes = 0;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (group.length > 0 && bytes + next.unit.sizeBytes > maxBytes) break;
      this.#waiting.shift();
      if (this.#isGone(next)) continue;
      group.push(next);
      bytes += next.unit.sizeBytes;
    }
    return group;
  }

  /** It has its verdict, or waits in the other lane. */
  #isGone(pending: PendingUnit): boolean {
    return pending.hasLeft || (!this.#isQuarantine && this.#context.quarantine.holds(pending));
  }

  /** Those whose time is over are told; the others join the attempt. */
  #stillGoing(group: readonly PendingUnit[]): PendingUnit[] {
    const { clock, commitTimeoutMs } = this.#context;
    const now = clock.now();
    return group.filter((pending) => {
      if (this.#isGone(pending)) return false;
      if (pending.commitDeadlineMs === Infinity) {
        pending.commitDeadlineMs = now + commitTimeoutMs;
        pending.unit.joined();
      } else if (pending.commitDeadlineMs <= now) {
        this.#context.aborted(pending, overdue(pending, commitTimeoutMs));
        return false;
      }
      return true;
    });
  }

  async #commit(group: readonly PendingUnit[]): Promise<void> {
    const { clock, quarantine } = this.#context;
    this.#current = group;
    this.#pacing.started(group.length);
    const commitDeadlineMs = Math.min(...group.map((pending) => pending.commitDeadlineMs));
    const deadlineMs = Math.min(commitDeadlineMs, clock.now() + this.#patience.limitMs);
    const producer = this.#ring.acquire();
    const startedAtMs = clock.now();
    try {
      await producer.begin(deadlineMs);
    } catch (error) {
      this.#ring.release(producer);
      return this.#couldNotBegin(group, error as Error);
    }
    const answers = await appendGroup(group, producer, deadlineMs, this.#isQuarantine ? quarantine : NOTHING);
    const judgement = judge(group, answers);
    if (judgement === undefined) {
      this.#patience.took(clock.now() - startedAtMs);
      await this.#end(group, answers, producer, commitDeadlineMs);
    } else {
      const aborting = producer.end('abort', clock.now() + ABORT_MS);
      const isStuck = judgement.sick.size > 0 || judgement.fault !== undefined;
      void aborting.then((outcome) => this.#release(producer, outcome, isStuck));
      // Under the next id a producer that was fenced would go on, and take that one away from its rival.
      const outcome = judgement.isReplaced ? await aborting : undefined;
      if (outcome?.kind === 'fenced') this.#context.fenced(outcome.error);
      this.#plan(group, judgement);
    }
    this.#current = [];
    if (this.#failures > 1) await this.#pause();
  }

  async #end(
    group: readonly PendingUnit[],
    answers: GroupAnswers,
    producer: TransactionalProducer,
    deadlineMs: number,
  ): Promise<void> {
    this.#ending = producer;
    const outcome = await producer.end('commit', deadlineMs);
    this.#ending = undefined;
    this.#release(producer, outcome);
    switch (outcome.kind) {
      case 'committed':
        this.#failures = 0;
        this.groupsCommitted++;
        for (const [pending, metadata] of metadataOf(group, answers)) this.#context.committed(pending, metadata);
        return;
      case 'aborted':
        return this.#runAgain(group, new Error('the brokers had given the transaction up before it was committed'));
      case 'fenced':
        return this.#context.fenced(outcome.error);
      case 'unknown':
        for (const pending of group.toReversed()) this.#context.unknown(pending, outcome); // the last first: it does not fail behind the others
    }
  }

  #release(producer: TransactionalProducer, outcome: EndOutcome, isStuck = false): void {
    if (outcome.kind !== 'unknown') this.#ring.release(producer, isStuck);
    else void outcome.settled.then(() => this.#ring.release(producer));
  }

  #couldNotBegin(group: readonly PendingUnit[], error: Error): void | Promise<void> {
    this.#current = [];
    if (isKafkaProducerError(error, 'KAFKA_PRODUCER_FENCED')) return this.#context.fenced(error);
    if (isKafkaProducerError(error) && !error.retriable) {
      for (const pending of group) this.#context.aborted(pending, refused(error));
      return;
    }
    this.#runAgain(group, error);
    return this.#pause();
  }

  /** What is done about a transaction that cannot be committed. */
  #plan(group: readonly PendingUnit[], judgement: Judgement): void {
    const { culprits, sick, suspects, fault } = judgement;
    for (const [pending, error] of culprits) this.#context.aborted(pending, refused(error));
    const innocent = group.filter(({ hasLeft }) => !hasLeft);
    const { waiting, others } = partedBy(sick, innocent);
    if (waiting.length > 0) this.#context.setApart(waiting, sick);
    if (culprits.size === 0 && suspects.size === 0 && waiting.length === 0) {
      return this.#runAgain(others, fault ?? new Error('the brokers did not take the transaction'));
    }
    this.#planned.unshift(...runsAround(others, suspects));
  }

  #runAgain(group: readonly PendingUnit[], error: Error): void {
    this.#failures++;
    for (const pending of group) pending.lastError = error;
    this.#planned.unshift([...group]);
  }

  #pause(): Promise<void> {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS);
    return new Promise((resolve) => void this.#context.clock.setTimeout(resolve, pauseMs));
  }
}

const NOTHING = { has: (): boolean => false };
