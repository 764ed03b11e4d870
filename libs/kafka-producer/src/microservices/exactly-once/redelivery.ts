import { sentenceOf } from '../../errors/describe-value.js';
import type { PausedPartition } from '../../observability/paused-partitions.js';
import { backoffMs } from '../../support/retry-backoff.js';
import { culpritOf, type FailedPhase } from './redelivery-culprit.js';
import type { RedeliveryOptions } from './redelivery.options.js';

/** A message that was not handled, by its place. */
export interface FailedMessage {
  readonly topic: string;
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/**
 * What is to be done with a message that failed; its partition goes no further before that.
 *
 * retry: handle it again after `delayMs` · dead-letter: put it into `topic` and commit its offset, in one unit · pause: leave the partition at this message
 */
export type RedeliveryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number; readonly attempts: number }
  | { readonly kind: 'dead-letter'; readonly topic: string; readonly attempts: number }
  | { readonly kind: 'pause'; readonly attempts: number };

export interface RedeliverySettings extends RedeliveryOptions {
  readonly groupId: string;
  /** 0 ≤ x < 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined;
}

/** Who shows which partitions are paused. */
export interface PausedPartitionsBoard {
  add(partition: PausedPartition): void;
  delete(partition: Pick<PausedPartition, 'groupId' | 'topic' | 'partition'>): void;
}

/** The message at the front of a partition, as long as it has not been handled. */
interface Trouble {
  readonly message: FailedMessage;
  /** Failures that were its own. */
  attempts: number;
  /** Failures in a row that were not. */
  outages: number;
  isPaused: boolean;
}

/**
 * Remembers, for one consumer, which messages failed and how often, and decides what is done about it.
 *
 * In memory: after a restart the counts begin anew. One message per partition, because nothing behind it is handled before. Touches no consumer and has
 * no timer: whoever asks does what was decided.
 */
export class Redelivery {
  readonly #settings: RedeliverySettings;
  readonly #board: PausedPartitionsBoard;
  /** By partition. */
  readonly #troubles = new Map<string, Trouble>();

  constructor(settings: RedeliverySettings, board: PausedPartitionsBoard) {
    this.#settings = settings;
    this.#board = board;
  }

  /**
   * A message failed, and its unit was aborted. Only for culprits that the message, or the cluster, is: who has lost the partition joins the group again.
   *
   * @param error what the handler threw, or the commit
   */
  failed(message: FailedMessage, error: unknown, phase: FailedPhase = 'handling'): RedeliveryDecision {
    const trouble = this.#troubleOf(message);
    if (culpritOf(error, phase) !== 'message') return this.#afterOutage(trouble);
    trouble.attempts++;
    trouble.outages = 0;
    const { attempts } = trouble;
    const { maxAttempts, deadLetterTopic } = this.#settings;
    if (attempts < maxAttempts) return { kind: 'retry', delayMs: this.#backoffMs(attempts), attempts };
    if (deadLetterTopic !== undefined) return { kind: 'dead-letter', topic: deadLetterTopic, attempts };
    return this.#pause(trouble, error);
  }

  /**
   * The unit with the dead-letter record and the offset was aborted. Brokers that refuse the record would refuse it again, so the partition is paused; after
   * anything else the message is handled, or put away, again later.
   */
  deadLetterFailed(message: FailedMessage, error: unknown): RedeliveryDecision {
    const trouble = this.#troubleOf(message);
    return culpritOf(error, 'committing') === 'message' ? this.#pause(trouble, error) : this.#afterOutage(trouble);
  }

  /** A message was handled and its offset committed, or it was put into the dead-letter topic. */
  handled({ topic, partition, offset }: FailedMessage): void {
    if (this.#troubles.size === 0) return;
    const trouble = this.#troubles.get(keyOf(topic, partition));
    if (trouble !== undefined && BigInt(trouble.message.offset) <= BigInt(offset)) this.#forget(trouble);
  }

  /** Whether the partition stays where it is: its next message is not to be handled, and the partition to be paused if it is not. */
  isPaused(topic: string, partition: number): boolean {
    return this.#troubles.get(keyOf(topic, partition))?.isPaused === true;
  }

  /** How often the message has failed by its own fault. */
  attemptsOf({ topic, partition, offset }: FailedMessage): number {
    const trouble = this.#troubles.get(keyOf(topic, partition));
    return trouble?.message.offset === offset ? trouble.attempts : 0;
  }

  /** The group was joined again. What is known of partitions that went to somebody else is forgotten; they are no longer paused here. */
  assigned(partitions: Iterable<Pick<FailedMessage, 'topic' | 'partition'>>): void {
    const own = new Set(Array.from(partitions, ({ topic, partition }) => keyOf(topic, partition)));
    for (const [key, trouble] of this.#troubles) if (!own.has(key)) this.#forget(trouble);
  }

  #troubleOf(message: FailedMessage): Trouble {
    const key = keyOf(message.topic, message.partition);
    const found = this.#troubles.get(key);
    if (found?.message.offset === message.offset) return found;
    if (found !== undefined) this.#forget(found);
    const { topic, partition, offset } = message;
    const trouble = { message: { topic, partition, offset }, attempts: 0, outages: 0, isPaused: false };
    this.#troubles.set(key, trouble);
    return trouble;
  }

  #afterOutage(trouble: Trouble): RedeliveryDecision {
    trouble.outages++;
    return { kind: 'retry', delayMs: this.#backoffMs(trouble.outages), attempts: trouble.attempts };
  }

  #pause(trouble: Trouble, error: unknown): RedeliveryDecision {
    const { message, attempts } = trouble;
    trouble.isPaused = true;
    this.#board.add({ ...message, groupId: this.#settings.groupId, attempts, reason: sentenceOf(error) });
    return { kind: 'pause', attempts };
  }

  #forget({ message: { topic, partition }, isPaused }: Trouble): void {
    this.#troubles.delete(keyOf(topic, partition));
    if (isPaused) this.#board.delete({ groupId: this.#settings.groupId, topic, partition });
  }

  #backoffMs(failures: number): number {
    const { backoffMs: retryBackoffMs, backoffMaxMs: retryBackoffMaxMs, random } = this.#settings;
    return Math.round(backoffMs(failures, { retryBackoffMs, retryBackoffMaxMs, random }));
  }
}

/** No name of a topic has a slash. */
function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
