import type { Logger } from '@nestjs/common';
import { KafkaRetriableException, type Serializer } from '@nestjs/microservices';

import type { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import type { HandlerRun } from '../../decorators/exactly-once-message.js';
import { sentenceOf } from '../../errors/describe-value.js';
import { type KafkaProducerService } from '../../kafka-producer.service.js';
import { pausedPartitionsOf } from '../../observability/paused-partitions.js';
import { commitInstead, deadLetterRecord } from './dead-letter.js';
import type { PlainMessage } from './plain-message.js';
import type { PlainPlace } from './plain-place.js';
import { RejoinException } from './plain-rejoin.exception.js';
import { isRequest, replyRecords } from './plain-reply.js';
import { followAssignments } from './redelivery-assignments.js';
import { culpritOf, memberErrorOf, type FailedPhase } from './redelivery-culprit.js';
import { Redelivery, type RedeliveryDecision } from './redelivery.js';
import type { RedeliveryOptions } from './redelivery.options.js';

export interface PlainFailureSettings {
  readonly redelivery: RedeliveryOptions;
  readonly serializer: Serializer | undefined;
}

/** One message that was not handled. */
export interface Failure {
  readonly place: PlainPlace;
  readonly message: PlainMessage;
  readonly run: HandlerRun;
  readonly error: unknown;
  readonly phase: FailedPhase;
}

/** What is done for messages whose unit was not committed. */
export class PlainFailures {
  readonly #tap: ConsumerTap;
  readonly #settings: PlainFailureSettings;
  readonly #logger: Logger;
  /** Of a handler's producer: its health tells of the partitions that are paused. */
  readonly #redeliveries = new Map<KafkaProducerService, Redelivery>();

  constructor(tap: ConsumerTap, settings: PlainFailureSettings, logger: Logger) {
    this.#tap = tap;
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Keeps a partition that is paused where it is. */
  holds(producer: KafkaProducerService, place: PlainPlace): boolean {
    if (this.#redeliveries.get(producer)?.isPaused(place.topic, place.partition) !== true) return false;
    this.#stay(place, Infinity);
    return true;
  }

  handled(producer: KafkaProducerService, place: PlainPlace): void {
    this.#redeliveries.get(producer)?.handled(place);
  }

  /**
   * @returns whether the message is done with: its offset was committed, with something in the place of what its handler would have sent
   * @throws RejoinException when somebody else may have the partition, or the unit may have been committed
   */
  async failed(failure: Failure): Promise<boolean> {
    const { place, run, error, phase } = failure;
    this.#assertMember(failure);
    const redelivery = this.#redeliveryOf(run.producer, place);
    if (isAnswer(failure)) return this.#instead(failure, redelivery, []);
    return this.#act(redelivery.failed(place, error, phase), failure, redelivery);
  }

  async #act(decision: RedeliveryDecision, failure: Failure, redelivery: Redelivery): Promise<boolean> {
    const { place, message, error } = failure;
    const { attempts } = decision;
    this.#log(decision, failure);
    if (decision.kind !== 'dead-letter') {
      this.#stay(place, decision.kind === 'retry' ? decision.delayMs : Infinity);
      return false;
    }
    const { topic, partition } = place;
    const why = { topic, partition, groupId: message.identity.groupId, attempts, error };
    return this.#instead(failure, redelivery, [deadLetterRecord(decision.topic, message.original, why)]);
  }

  /** Whoever waits for a reply is told the error. */
  async #instead(
    failure: Failure,
    redelivery: Redelivery,
    records: readonly ReturnType<typeof deadLetterRecord>[],
  ): Promise<boolean> {
    const { place, message, run, error } = failure;
    const { replyAddress, identity } = message;
    try {
      const replies =
        replyAddress !== undefined && isRequest(run.context)
          ? await replyRecords(replyAddress, [{ error }], this.#settings.serializer)
          : [];
      await commitInstead(run.producer, [...records, ...replies], place.consumedBy(identity));
      return true;
    } catch (cause) {
      const again = { ...failure, error: cause, phase: 'committing' } as const;
      this.#assertMember(again);
      return this.#act(redelivery.deadLetterFailed(place, cause), again, redelivery);
    }
  }

  #assertMember({ place, message, error, phase }: Failure): void {
    const isUnknown = culpritOf(error, phase) === 'unknown';
    const type = memberErrorOf(error);
    if (type === undefined && !isUnknown && this.#tap.isCurrent(message.identity)) return;
    throw new RejoinException(
      type ?? 'REBALANCE_IN_PROGRESS',
      `${String(place)} is to be read again: ${sentenceOf(error)}`,
      error,
    );
  }

  /** Other partitions go on. */
  #stay(place: PlainPlace, forMs: number): void {
    this.#tap.withheld.withhold(place.topic, place.partition, forMs);
    place.seekBack();
  }

  #redeliveryOf(producer: KafkaProducerService, { consumer }: PlainPlace): Redelivery {
    const found = this.#redeliveries.get(producer);
    if (found !== undefined) return found;
    const settings = Object.assign({ groupId: this.#tap.groupId }, this.#settings.redelivery);
    const redelivery = new Redelivery(settings, pausedPartitionsOf(producer));
    this.#redeliveries.set(producer, redelivery);
    followAssignments(consumer, redelivery);
    return redelivery;
  }

  #log(decision: RedeliveryDecision, { place, error }: Failure): void {
    const { maxAttempts } = this.#settings.redelivery;
    const { attempts } = decision;
    const what = `${String(place)} failed (attempt ${attempts} of ${maxAttempts}): ${sentenceOf(error)}`;
    const stack = error instanceof Error ? error.stack : undefined;
    if (decision.kind === 'dead-letter') this.#logger.error(`${what}. It goes to ${decision.topic}.`, stack);
    else if (decision.kind === 'pause') {
      const why = 'and there is no redelivery.deadLetterTopic that takes it';
      this.#logger.error(`${what}, ${why}: the partition is paused until the application is restarted.`, stack);
    } else if (attempts === 1) this.#logger.error(`${what}. Again in ${decision.delayMs} ms.`, stack);
    else this.#logger.warn(`${what}. Again in ${decision.delayMs} ms.`);
  }
}

/**
 * What a handler of requests fails with is its answer, as it is with Nest: whoever waits is told at once, and may ask again. What says of itself that it is to be
 * tried again is not, and neither is what the message cannot help.
 */
function isAnswer({ message, run, error, phase }: Failure): boolean {
  return (
    phase === 'handling' &&
    message.replyAddress !== undefined &&
    isRequest(run.context) &&
    !(error instanceof KafkaRetriableException) &&
    culpritOf(error, phase) === 'message'
  );
}
