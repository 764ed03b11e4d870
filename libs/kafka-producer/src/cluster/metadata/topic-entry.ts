import { errorName } from 'kafka-wire';
import type { LeaderHint, TopicMetadata } from '../cluster.js';
import type { MetadataResponse } from './metadata-request.js';
import { nextSnapshot, sameSnapshot, withLeader } from './topic-metadata.js';
import { TopicJudge } from './topic-verdict.js';

export interface TopicWaiter {
  readonly resolve: (topic: TopicMetadata) => void;
  readonly reject: (error: Error) => void;
}

/** When to ask again: after the back-off, but not before the pause and not after the moment. */
export interface AskAgain {
  readonly minPauseMs: number;
  readonly atLatestMs: number;
}

/** What an answer did to an entry. */
export interface AnswerOutcome {
  /** Another snapshot, or a failure where a snapshot was. */
  readonly changed: boolean;
  readonly askAgain: AskAgain | undefined;
}

export const SOON: AskAgain = { minPauseMs: 0, atLatestMs: Infinity };
/** A refusal is looked at again in the background: a second after it came, then ever more rarely, as long as somebody used the topic in the last minute. */
export const REFUSED_RECHECK_MS = 1_000;
const REFUSED_RECHECK_MAX_MS = 10_000;
const REFUSED_IDLE_MS = 60_000;

/** One topic somebody asked for: what is known, who waits, and when to ask next. */
export class TopicEntry {
  readonly name: string;
  /** Whoever wants the next usable answer. */
  readonly waiters = new Set<TopicWaiter>();
  /** Whoever wants one to a question that was not asked yet. */
  readonly nextWaiters = new Set<TopicWaiter>();
  readonly #judge: TopicJudge;
  #snapshot: TopicMetadata | undefined;
  #failure: { readonly error: Error; readonly atMs: number } | undefined;
  /** Answers in a row that refused the topic. */
  #refusals = 0;
  /** When a stage last asked for it; decides whether it is refreshed any longer. */
  usedAtMs: number;
  /** When the broker last answered for it. */
  answeredAtMs = -Infinity;
  /** When to ask; `Infinity`: no need. Changed by the cache alone. */
  dueAtMs = Infinity;
  /** A request that names the topic is on its way. */
  isAsked = false;
  /** Answers in a row that brought nothing new. */
  unchangedAnswers = 0;
  /** Why the last answer was not usable, for messages. */
  lastProblem: string | undefined;

  constructor(name: string, allowAutoTopicCreation: boolean, nowMs: number) {
    this.name = name;
    this.usedAtMs = nowMs;
    this.#judge = new TopicJudge(name, allowAutoTopicCreation);
  }

  get snapshot(): TopicMetadata | undefined {
    return this.#snapshot;
  }

  /** A definite refusal that is not older than `maxAgeMs`. */
  failure(nowMs: number, maxAgeMs: number): Error | undefined {
    return this.#failure !== undefined && nowMs - this.#failure.atMs < maxAgeMs ? this.#failure.error : undefined;
  }

  answer(topic: MetadataResponse['topics'][number], nowMs: number): AnswerOutcome {
    const verdict = this.#judge.judge(topic.errorCode, nowMs);
    this.answeredAtMs = nowMs;
    this.lastProblem = topic.errorCode === 0 ? undefined : errorName(topic.errorCode);
    if (verdict.kind === 'again') {
      this.unchangedAnswers++;
      // What is refused already, and nobody waits for, stays so until it is usable.
      if (this.#failure !== undefined && this.waiters.size === 0)
        return { changed: false, askAgain: this.#recheck(nowMs) };
      return { changed: false, askAgain: { minPauseMs: 0, atLatestMs: verdict.atLatestMs } };
    }
    if (verdict.kind === 'refused') return this.#refuse(verdict.error, nowMs);
    return this.#accept(nextSnapshot(this.#snapshot, topic, this.name));
  }

  /** @returns whether the hint was news */
  hint(hint: LeaderHint): boolean {
    const next = this.#snapshot === undefined ? undefined : withLeader(this.#snapshot, hint);
    if (next === undefined) return false;
    this.#snapshot = next;
    return true;
  }

  /** A request that names the topic is about to leave: its answer is new enough for everybody. */
  beginAnswer(): void {
    for (const waiter of this.nextWaiters) this.waiters.add(waiter);
    this.nextWaiters.clear();
  }

  forget(waiter: TopicWaiter): void {
    this.waiters.delete(waiter);
    this.nextWaiters.delete(waiter);
  }

  rejectWaiters(error: Error): void {
    for (const { reject } of this.waiters) reject(error);
    this.waiters.clear();
  }

  #accept(next: TopicMetadata): AnswerOutcome {
    const changed = !sameSnapshot(this.#snapshot, next);
    // The identity of a snapshot tells that nothing changed.
    const snapshot = changed || this.#snapshot === undefined ? next : this.#snapshot;
    this.#snapshot = snapshot;
    this.#failure = undefined;
    this.#refusals = 0;
    this.unchangedAnswers = changed ? 0 : this.unchangedAnswers + 1;
    for (const { resolve } of this.waiters) resolve(snapshot);
    this.waiters.clear();
    const leaderless = snapshot.available.length < snapshot.partitions.length;
    return { changed, askAgain: leaderless ? SOON : undefined };
  }

  #refuse(error: Error, nowMs: number): AnswerOutcome {
    const changed = this.#snapshot !== undefined;
    this.#snapshot = undefined;
    this.#failure = { error, atMs: nowMs };
    this.rejectWaiters(error);
    return { changed, askAgain: this.#recheck(nowMs) };
  }

  #recheck(nowMs: number): AskAgain | undefined {
    if (nowMs - this.usedAtMs > REFUSED_IDLE_MS) return undefined;
    const minPauseMs = Math.min(REFUSED_RECHECK_MAX_MS, REFUSED_RECHECK_MS * 2 ** Math.min(10, this.#refusals++));
    return { minPauseMs, atLatestMs: Infinity };
  }
}
