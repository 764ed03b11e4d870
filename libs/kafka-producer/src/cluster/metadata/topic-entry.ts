import { errorName } from 'kafka-wire';
import type { LeaderHint, TopicMetadata } from '../cluster.js';
import type { MetadataResponse } from './metadata-request.js';
import { nextSnapshot, sameSnapshot, withLeader } from './topic-metadata.js';
import { TopicJudge } from './topic-verdict.js';

interface TopicWaiter {
  readonly resolve: (topic: TopicMetadata) => void;
  readonly reject: (error: Error) => void;
}

/** What an answer did to an entry. */
export interface AnswerOutcome {
  /** Another snapshot, or a failure where a snapshot was. */
  readonly changed: boolean;
  /** The topic must be asked for again, not later than this; `Infinity`: when the back-off allows; `undefined`: it need not. */
  readonly askAgainAtLatestMs: number | undefined;
}

/** One topic somebody asked for: what is known, who waits, and when to ask next. */
export class TopicEntry {
  readonly name: string;
  readonly waiters = new Set<TopicWaiter>();
  readonly #judge: TopicJudge;
  #snapshot: TopicMetadata | undefined;
  #failure: { readonly error: Error; readonly atMs: number } | undefined;
  /** When it was last asked for by a stage; decides whether it is refreshed any longer. */
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
      // What is refused already, and nobody waits for, is only looked at when it is used.
      const wanted = this.#failure === undefined || this.waiters.size > 0;
      return { changed: false, askAgainAtLatestMs: wanted ? verdict.atLatestMs : undefined };
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
    this.unchangedAnswers = changed ? 0 : this.unchangedAnswers + 1;
    for (const { resolve } of this.waiters) resolve(snapshot);
    this.waiters.clear();
    const leaderless = snapshot.available.length < snapshot.partitions.length;
    return { changed, askAgainAtLatestMs: leaderless ? Infinity : undefined };
  }

  #refuse(error: Error, nowMs: number): AnswerOutcome {
    const changed = this.#snapshot !== undefined;
    this.#snapshot = undefined;
    this.#failure = { error, atMs: nowMs };
    this.rejectWaiters(error);
    return { changed, askAgainAtLatestMs: undefined };
  }
}
