import type { Logger } from '@nestjs/common';
import { KafkaHeaders, type KafkaContext, type Serializer } from '@nestjs/microservices';
import { lastValueFrom, Observable, toArray } from 'rxjs';

import type { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import type { HandlerRun } from '../../decorators/exactly-once-message.js';
import type { ConsumerIdentity } from '../../record/consumer-identity.js';
import { PlainFailures } from './plain-failures.js';
import { PlainMessage, type FetchedMessage, type HandlingConsumer } from './plain-message.js';
import { PlainPlace } from './plain-place.js';
import { RejoinException } from './plain-rejoin.exception.js';
import { isRequest, replyRecords } from './plain-reply.js';
import { Pulse } from './pulse.js';
import type { FailedPhase } from './redelivery-culprit.js';
import type { RedeliveryOptions } from './redelivery.options.js';

export interface PlainConsumerSettings {
  /** Of the consumer. */
  readonly heartbeatIntervalMs: number;
  readonly redelivery: RedeliveryOptions;
  /** Of replies. @defaultValue Nest's */
  readonly serializer: Serializer | undefined;
}

/**
 * READ FIRST. One consumer of Nest's own transport whose handlers are exactly once:
 *
 *   fetch → tag → Nest → guards, interceptors, pipes → handle(): unit { handler, replies, offset } → committed, or plain-failures.ts
 *
 * What is returned to kafkajs as success moves its position on; so nothing is returned for a message that was not handled, unless the consumer was sent back to it.
 */
export class PlainConsumer implements HandlingConsumer {
  readonly #tap: ConsumerTap;
  readonly #settings: PlainConsumerSettings;
  readonly #failures: PlainFailures;
  readonly #pulse: Pulse;
  /** The message that was begun last in a partition, until it is done with: its offset. */
  readonly #unhandled = new Map<string, string>();
  /** Runs that are not over, by partition; nobody may wait for them any more. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(tap: ConsumerTap, settings: PlainConsumerSettings, logger: Logger) {
    this.#tap = tap;
    this.#settings = settings;
    this.#failures = new PlainFailures(tap, settings, logger);
    this.#pulse = new Pulse(tap.clock, settings.heartbeatIntervalMs / 2);
  }

  tag(message: FetchedMessage, identity: ConsumerIdentity): void {
    PlainMessage.tag(message, identity, this);
  }

  /** Gives out one value: Nest takes an event whose Observable has none for a failure. */
  handle(message: PlainMessage, run: HandlerRun): Observable<unknown> {
    return new Observable((subscriber) => {
      const gone = new AbortController();
      let isOver = false;
      const place = PlainPlace.of(run.context);
      this.#oneByOne(place, () => this.#handle(place, message, run, gone.signal))
        .finally(() => (isOver = true))
        .then(
          () => {
            subscriber.next(undefined);
            subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      return () => {
        if (!isOver) gone.abort(new Error('an interceptor around @ExactlyOnce() has given the handler up'));
      };
    });
  }

  /** A handler that somebody has given up, and whose message kafkajs brings again, may still be in its unit. */
  async #oneByOne({ key }: PlainPlace, work: () => Promise<void>): Promise<void> {
    const before = this.#running.get(key);
    const running = before === undefined ? work() : before.then(work);
    const settled = running.catch(() => {});
    this.#running.set(key, settled);
    try {
      await running;
    } finally {
      if (this.#running.get(key) === settled) this.#running.delete(key);
    }
  }

  async #handle(place: PlainPlace, message: PlainMessage, run: HandlerRun, gone: AbortSignal): Promise<void> {
    this.#assertCurrent(place, message);
    if (this.#isCommitted(place) || this.#wasPassedOver(place)) return;
    this.#unhandled.set(place.key, place.offset);
    if (this.#failures.holds(run.producer, place)) return;
    const heartbeat = run.context.switchToRpc().getContext<KafkaContext>().getHeartbeat();
    if (!(await this.#pulse.during(heartbeat, () => this.#unit(place, message, run, gone)))) return;
    this.#unhandled.delete(place.key);
    this.#tap.noteCommitted(message.identity, place.topic, place.partition, place.next);
    this.#failures.handled(run.producer, place);
    this.#assertCurrent(place, message);
  }

  /** @returns whether the offset was committed; if not, the consumer was sent back to the message */
  async #unit(place: PlainPlace, message: PlainMessage, run: HandlerRun, gone: AbortSignal): Promise<boolean> {
    let phase: FailedPhase = 'handling';
    try {
      await run.producer.transaction(
        async (tx) => {
          const responses = await lastValueFrom(this.#handlerOf(message, run).pipe(toArray()));
          const replies = await this.#repliesTo(message, run, responses);
          if (replies.length > 0) await tx.sendAll(replies);
          await tx.sendOffsets(place.consumedBy(message.identity));
          phase = 'committing';
        },
        { propagation: 'requires-new', timeoutMs: run.timeoutMs, signal: gone },
      );
      return true;
    } catch (error) {
      if (gone.aborted) throw error; // nobody listens, and kafkajs brings the message again
      return this.#failures.failed({ place, message, run, error, phase });
    }
  }

  /** The handler sees the header that Nest must not see. */
  #handlerOf({ replyAddress }: PlainMessage, { context, handler }: HandlerRun): Observable<unknown> {
    const message = context.switchToRpc().getContext<KafkaContext>().getMessage();
    if (replyAddress !== undefined)
      message.headers = { ...message.headers, [KafkaHeaders.REPLY_TOPIC]: replyAddress.topic };
    return handler();
  }

  async #repliesTo({ replyAddress }: PlainMessage, { context }: HandlerRun, responses: readonly unknown[]) {
    if (replyAddress === undefined || !isRequest(context)) return [];
    const replies = responses.map((response) => ({ response }));
    return replyRecords(replyAddress, replies, this.#settings.serializer);
  }

  /**
   * The consumer has joined again since the message was fetched, so somebody else may have it; and what kafkajs would note now, it would note for its new
   * positions, which have nothing to do with the old ones.
   */
  #assertCurrent(place: PlainPlace, { identity }: PlainMessage): void {
    if (this.#tap.isCurrent(identity)) return;
    throw new RejoinException('REBALANCE_IN_PROGRESS', `${String(place)} was fetched for an assignment that is over`);
  }

  /** Handled before: by whoever had the partition meanwhile, while a seek of ours outlived its assignment; or by a run whose caller had gone. */
  #isCommitted({ topic, partition, next }: PlainPlace): boolean {
    return this.#isCommittedUpTo(topic, partition, next);
  }

  #isCommittedUpTo(topic: string, partition: number, offset: string): boolean {
    const committed = this.#tap.committedOffset(topic, partition);
    return committed !== undefined && BigInt(committed) >= BigInt(offset);
  }

  /** An exception filter that makes a success of every error lets kafkajs go on behind a message that was not handled. */
  #wasPassedOver(place: PlainPlace): boolean {
    const unhandled = this.#unhandled.get(place.key);
    if (unhandled === undefined || !place.isBehind(unhandled)) return false;
    if (this.#isCommittedUpTo(place.topic, place.partition, String(BigInt(unhandled) + 1n))) return false;
    place.seekBack(unhandled);
    return true;
  }
}
