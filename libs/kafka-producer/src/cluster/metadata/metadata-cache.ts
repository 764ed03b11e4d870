import { AuthenticationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import type { Clock } from '../../support/clock.js';
import type { LeaderHint, TopicMetadata } from '../cluster.js';
import { ClusterUnavailableError } from '../cluster.errors.js';
import type { ExponentialBackoff } from '../exponential-backoff.js';
import type { Lifetime } from '../lifetime.js';
import type { MetadataResponse } from './metadata-request.js';
import { RefreshSchedule } from './refresh-schedule.js';
import { REFUSED_RECHECK_MS, SOON, TopicEntry, type TopicWaiter } from './topic-entry.js';

export interface MetadataCacheContext {
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  readonly backoff: ExponentialBackoff;
  readonly maxAgeMs: number;
  readonly allowAutoTopicCreation: boolean;
  /** Asks any broker; rejects when none gave a usable answer. */
  readonly fetch: (topics: readonly string[], allowAutoTopicCreation: boolean) => Promise<MetadataResponse>;
  readonly onChange: () => void;
  /** Addresses that are tried, for messages. */
  readonly addresses: () => readonly string[];
}

/** Topics nobody used for this long are not refreshed any more (Kafka: metadata.max.idle.ms). */
const TOPIC_IDLE_MS = 300_000;

const MAX_NAME_CHARACTERS = 249;
const NOT_ASKABLE = `it is no string of at most ${MAX_NAME_CHARACTERS} characters`;

/**
 * Topics that are in use, kept current.
 *
 * A topic nobody knows yet is asked for at once, alone; a known one that became doubtful is asked for together with all others in use, because what
 * made it doubtful (a broker that left) rarely concerns one topic. Nothing is asked for topics nobody uses: an idle producer has no timer here.
 */
export class MetadataCache {
  readonly #context: MetadataCacheContext;
  readonly #entries = new Map<string, TopicEntry>();
  readonly #schedule: RefreshSchedule;
  #failures = 0;
  #lastFailure: unknown;

  constructor(context: MetadataCacheContext) {
    this.#context = context;
    this.#schedule = new RefreshSchedule(
      context.clock,
      () => this.#refresh(),
      () => this.#nextDueMs(),
    );
  }

  topic(name: string): TopicMetadata | undefined {
    const entry = this.#entries.get(name);
    const snapshot = entry?.snapshot;
    if (entry === undefined || snapshot === undefined) return undefined;
    const nowMs = this.#context.clock.now();
    entry.usedAtMs = nowMs;
    if (nowMs - entry.answeredAtMs > this.#context.maxAgeMs) this.#ask(entry, nowMs);
    return snapshot;
  }

  loadTopic(name: string, timeoutMs: number): Promise<TopicMetadata> {
    const known = this.topic(name);
    if (known !== undefined) return Promise.resolve(known);
    if (!isAskable(name)) return Promise.reject(new UnknownTopicError({ topic: String(name), reason: NOT_ASKABLE }));
    const { clock, maxAgeMs } = this.#context;
    const nowMs = clock.now();
    const entry = this.#entryFor(name, nowMs);
    const refusal = entry.failure(nowMs, maxAgeMs);
    if (refusal !== undefined) {
      if (!entry.isAsked) this.#makeDue(entry, entry.answeredAtMs + REFUSED_RECHECK_MS);
      return Promise.reject(refusal);
    }
    const loaded = this.#wait(entry, entry.waiters, timeoutMs);
    this.#ask(entry, nowMs);
    return loaded;
  }

  reloadTopic(name: string, timeoutMs: number): Promise<TopicMetadata> {
    if (this.topic(name) === undefined) return this.loadTopic(name, timeoutMs);
    const entry = this.#entryFor(name, this.#context.clock.now());
    const loaded = this.#wait(entry, entry.nextWaiters, timeoutMs);
    this.#makeDoubtful(entry);
    return loaded;
  }

  refusal(name: string): Error | undefined {
    return this.#entries.get(name)?.failure(this.#context.clock.now(), this.#context.maxAgeMs);
  }

  invalidate(name: string, hint?: LeaderHint): void {
    const entry = this.#entryFor(name, this.#context.clock.now());
    const isNews = hint !== undefined && entry.hint(hint);
    this.#makeDoubtful(entry);
    if (isNews) this.#context.onChange();
  }

  /** A broker became unreachable: all topics in use may have new leaders. */
  invalidateAll(): void {
    for (const entry of this.#inUse()) if (entry.snapshot !== undefined) this.#makeDoubtful(entry);
  }

  close(): void {
    this.#schedule.close();
    this.#entries.clear();
  }

  #entryFor(name: string, nowMs: number): TopicEntry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = new TopicEntry(name, this.#context.allowAutoTopicCreation, nowMs);
      this.#entries.set(name, entry);
    }
    entry.usedAtMs = nowMs;
    return entry;
  }

  #makeDoubtful(entry: TopicEntry): void {
    const nowMs = this.#context.clock.now();
    const pauseMs = Math.max(
      this.#context.backoff.delayMs(entry.unchangedAnswers + 1),
      this.refusal(entry.name) === undefined ? 0 : REFUSED_RECHECK_MS,
    );
    this.#makeDue(entry, Math.max(nowMs, entry.answeredAtMs + pauseMs));
  }

  /** Makes it due unless it is, or is being, asked already: after a failed attempt the back-off stands. */
  #ask(entry: TopicEntry, dueAtMs: number): void {
    if (!entry.isAsked && entry.dueAtMs === Infinity) this.#makeDue(entry, dueAtMs);
  }

  /** Brings the time to ask closer, never puts it off. An entry made due while its answer is on its way is asked for again: the doubt is newer than the question. */
  #makeDue(entry: TopicEntry, dueAtMs: number): void {
    if (dueAtMs >= entry.dueAtMs) return;
    entry.dueAtMs = dueAtMs;
    this.#schedule.update();
  }

  #nextDueMs(): number {
    let nextMs = Infinity;
    for (const entry of this.#entries.values()) nextMs = Math.min(nextMs, entry.dueAtMs);
    return nextMs;
  }

  #inUse(): TopicEntry[] {
    const sinceMs = this.#context.clock.now() - TOPIC_IDLE_MS;
    for (const entry of this.#entries.values()) {
      if (entry.usedAtMs < sinceMs && entry.waiters.size === 0) this.#entries.delete(entry.name);
    }
    return [...this.#entries.values()];
  }

  async #refresh(): Promise<void> {
    const nowMs = this.#context.clock.now();
    const inUse = this.#inUse();
    const due = inUse.filter((entry) => entry.dueAtMs <= nowMs);
    const unknown = due.filter((entry) => entry.snapshot === undefined);
    const asked =
      unknown.length > 0 || due.length === 0 ? unknown : inUse.filter((entry) => entry.snapshot !== undefined);
    if (asked.length === 0) return;
    for (const entry of asked) {
      entry.dueAtMs = Infinity;
      entry.isAsked = true;
      entry.beginAnswer();
    }
    const names = asked.map((entry) => entry.name);
    try {
      const response = await this.#context.fetch(names, this.#context.allowAutoTopicCreation && unknown.length > 0);
      if (this.#context.lifetime.isOver) return;
      this.#failures = 0;
      this.#apply(asked, response);
    } catch (error) {
      if (!this.#context.lifetime.isOver) this.#failed(asked, error);
    } finally {
      for (const entry of asked) entry.isAsked = false;
    }
  }

  #apply(asked: readonly TopicEntry[], response: MetadataResponse): void {
    const { clock, backoff, onChange } = this.#context;
    const nowMs = clock.now();
    const answers = new Map(response.topics.map((topic) => [topic.name, topic]));
    let changed = false;
    for (const entry of asked) {
      const answer = answers.get(entry.name);
      const outcome = answer === undefined ? { changed: false, askAgain: SOON } : entry.answer(answer, nowMs);
      changed ||= outcome.changed;
      if (outcome.askAgain === undefined) continue;
      const { minPauseMs, atLatestMs } = outcome.askAgain;
      const pauseMs = Math.max(minPauseMs, backoff.delayMs(entry.unchangedAnswers + 1));
      this.#makeDue(entry, Math.min(atLatestMs, nowMs + pauseMs));
    }
    if (changed) onChange();
  }

  #wait(entry: TopicEntry, line: Set<TopicWaiter>, timeoutMs: number): Promise<TopicMetadata> {
    let waiter: TopicWaiter | undefined;
    const loaded = new Promise<TopicMetadata>((resolve, reject) => {
      waiter = { resolve, reject };
      line.add(waiter);
    });
    return this.#context.lifetime.within(loaded, timeoutMs, () => {
      if (waiter !== undefined) entry.forget(waiter);
      return this.#unavailable(entry, timeoutMs);
    });
  }

  /** Nobody could be asked. Everything stays due, with a growing pause; refused credentials end the waits, because waiting does not mend them. */
  #failed(asked: readonly TopicEntry[], error: unknown): void {
    this.#failures++;
    this.#lastFailure = error;
    const retryAtMs = this.#context.clock.now() + this.#context.backoff.delayMs(this.#failures);
    for (const entry of asked) {
      if (error instanceof AuthenticationError) entry.rejectWaiters(error);
      if (entry.waiters.size > 0 || entry.snapshot !== undefined) this.#makeDue(entry, retryAtMs);
    }
  }

  #unavailable(entry: TopicEntry, timeoutMs: number): ClusterUnavailableError {
    const { lastProblem } = entry;
    return new ClusterUnavailableError({
      waitedFor: `metadata of topic '${entry.name}'`,
      timeoutMs,
      brokers: this.#context.addresses(),
      cause: lastProblem === undefined ? this.#lastFailure : new Error(`the broker answered ${lastProblem}`),
    });
  }
}

/** A name that cannot be written into a request would fail it for all topics that share it. Whether Kafka likes the name is the broker's answer. */
function isAskable(name: unknown): boolean {
  return typeof name === 'string' && name.length <= MAX_NAME_CHARACTERS;
}
