import { KafkaHeaders, ServerKafka, type KafkaContext, type MessageHandler } from '@nestjs/microservices';
import { defaultIfEmpty, isObservable } from 'rxjs';

import type { EachBatchPayload, EachMessagePayload } from '../../cluster/kafkajs/consumer-batch.js';
import { consumerTapOf } from '../../cluster/kafkajs/consumer-identity-tap.js';
import type { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import { EXACTLY_ONCE_TRANSPORT, type ExactlyOnceTransport } from '../../decorators/exactly-once-problems.js';
import { sentenceOf } from '../../errors/describe-value.js';
import { pausedPartitionsOf } from '../../observability/paused-partitions.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import { ENCODED_REPLY, OWN_SERIALIZER, type OwnSerializer } from '../../serialization/own-serializer.js';
import { systemClock } from '../../support/clock.js';
import type { Transaction } from '../../transactions/transaction.js';
import {
  exactlyOnceSettings,
  type ExactlyOnceKafkaOptions,
  type ExactlyOnceSettings,
} from './exactly-once-kafka.options.js';
import { MessageReplies, RepliedFailure, type ReplyAddress, type ReplyPacket } from './message-replies.js';
import { PartitionBatch, type BatchParts } from './partition-batch.js';
import { Pulse } from './pulse.js';
import { followAssignments } from './redelivery-assignments.js';
import { Redelivery } from './redelivery.js';
import { ThrownError } from './thrown-error.js';

/** kafkajs' default. */
const HEARTBEAT_INTERVAL_MS = 3_000;
/** How long handlers may still work when the application closes; then their unit is aborted, and the message is handled by whoever comes next. */
const CLOSE_PATIENCE_MS = 10_000;
const RESTART_MS = 5_000;

/**
 * A transport strategy of Nest whose handlers are exactly once: what a handler sends, what it replies, and the offset of its message are committed in one
 * Kafka transaction, or not at all.
 *
 * Guards, pipes, interceptors, filters, `@EventPattern`, `@MessagePattern` and `KafkaContext` are Nest's own. A handler that fails aborts its unit, and its
 * message is handled again after a while (`redelivery`). What handlers do outside of Kafka is done again too.
 *
 * @example
 * ```ts
 * const stock = {
 *   inject: [KafkaProducerService],
 *   useFactory: (producer: KafkaProducerService) => ({
 *     strategy: new ExactlyOnceKafkaServer({ producer, consumer: { groupId: 'stock' } }),
 *   }),
 * };
 * ```
 */
export class ExactlyOnceKafkaServer extends ServerKafka {
  readonly #settings: ExactlyOnceSettings;
  readonly #patience = new AbortController();
  readonly #handlers = new WeakMap<MessageHandler, MessageHandler>();
  #isClosing = false;
  #tap: ConsumerTap | undefined;
  #restart: NodeJS.Timeout | undefined;
  /** A restart that is under way: until it has joined the group, kafkajs has nothing that could be stopped, and would join after it was disconnected. */
  #restarting: Promise<void> = Promise.resolve();

  /** @throws InvalidOptionsError with everything that is wrong, above all what would make it silently not exactly once */
  constructor(options: ExactlyOnceKafkaOptions) {
    const settings = exactlyOnceSettings(options);
    super(settings.transport);
    this.#settings = settings;
    Object.defineProperty(this, EXACTLY_ONCE_TRANSPORT, { value: 'strategy' satisfies ExactlyOnceTransport });
  }

  /** As Nest's, without a producer: what is sent by another one than ours would not belong to the unit. */
  override async start(callback: () => void): Promise<void> {
    const consumer = this.client!.consumer({ ...this.options.consumer, groupId: this.groupId });
    this.consumer = consumer;
    this.registerConsumerEventListeners();
    await consumer.connect();
    await this.bindEvents(consumer);
    callback();
  }

  override async bindEvents(consumer: NonNullable<typeof this.consumer>): Promise<void> {
    const parts = this.#partsOf(consumer);
    const topics = [...this.messageHandlers.keys()];
    if (topics.length > 0) await consumer.subscribe({ ...this.options.subscribe, topics });
    followAssignments(consumer, parts.redelivery);
    const pulse = new Pulse(systemClock, (this.options.consumer?.heartbeatInterval ?? HEARTBEAT_INTERVAL_MS) / 2);
    const run = (): Promise<void> =>
      consumer.run({
        ...this.options.run,
        eachBatch: (payload: EachBatchPayload) =>
          pulse.during(
            () => payload.heartbeat(),
            () => new PartitionBatch(parts, payload).run(),
          ),
      });
    consumer.on(consumer.events.CRASH, ({ payload }) => void this.#crashed(payload, run));
    await run();
  }

  /** Finishes or aborts the units that are open, leaves the group, disconnects. */
  override async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    this.#tap?.withheld.close();
    const reason = `The application closes, and the handler was still at work after ${CLOSE_PATIENCE_MS} ms`;
    const patience = setTimeout(() => this.#patience.abort(new Error(reason)), CLOSE_PATIENCE_MS);
    try {
      await Promise.race([this.#restarting, aborted(this.#patience.signal)]);
      await super.close();
    } finally {
      clearTimeout(patience);
    }
  }

  /** A stream that ends without a value is an end, and no `EmptyError`. */
  override getHandlerByPattern(pattern: string): MessageHandler | null {
    const handler = super.getHandlerByPattern(pattern);
    return handler && this.#neverEmpty(handler);
  }

  /** Replies are kept for the unit. */
  override getPublisher(
    replyTopic: string,
    replyPartition: string,
    correlationId: string,
    context: KafkaContext,
  ): (packet: ReplyPacket) => Promise<never[]> {
    const replies = MessageReplies.of(context.getMessage());
    if (replies === undefined) throw new Error('A reply is asked for a message that this server has not consumed');
    return replies.publisherTo({ topic: replyTopic, partition: replyPartition, correlationId });
  }

  #partsOf(consumer: NonNullable<typeof this.consumer>): BatchParts {
    const { producer, maxMessagesPerUnit, redelivery } = this.#settings;
    const tap = consumerTapOf(consumer);
    if (tap === undefined) throw new Error('The consumer has no tap, though its partition assigners were given one');
    this.#tap = tap;
    return {
      producer,
      tap,
      maxMessagesPerUnit,
      redelivery: new Redelivery(Object.assign({ groupId: this.groupId }, redelivery), pausedPartitionsOf(producer)),
      signal: this.#patience.signal,
      log: (level, message) => this.logger[level](message),
      handle: (payload, unit) => this.#handle(payload, unit),
    };
  }

  async #handle(payload: EachMessagePayload, unit: Transaction): Promise<void> {
    const thrown = new ThrownError(payload.message);
    try {
      if (asksForReply(payload)) await this.#answer(payload, unit);
      else await this.handleMessage(payload);
    } catch (error) {
      throw thrown.instead(error);
    }
  }

  /** An error is an answer as any other: it takes the place of what the handler has sent. */
  async #answer(payload: EachMessagePayload, unit: Transaction): Promise<void> {
    const replies = new MessageReplies(payload.message);
    try {
      await unit.savepoint(async () => {
        await this.handleMessage(payload);
        await replies.complete();
      });
    } catch (error) {
      if (!(error instanceof RepliedFailure)) throw error;
    }
    if (replies.address === undefined) return;
    for (const packet of replies.packets) await unit.send(await this.#replyRecord(packet, replies.address));
  }

  async #replyRecord(
    packet: ReplyPacket,
    { topic, partition, correlationId }: ReplyAddress,
  ): Promise<ProducerRecord & OwnSerializer> {
    const message = (await this.serializer.serialize(packet.response as never)) as Reply;
    this.assignReplyPartition(partition, message);
    this.assignCorrelationIdHeader(correlationId, message);
    this.assignErrorHeader(packet as never, message);
    this.assignIsDisposedHeader(packet as never, message);
    const headers = message.headers as ProducerRecord['headers'];
    return { ...message, headers, topic, timestamp: undefined, [OWN_SERIALIZER]: ENCODED_REPLY };
  }

  #neverEmpty(handler: MessageHandler): MessageHandler {
    const known = this.#handlers.get(handler);
    if (known !== undefined) return known;
    const wrapped: MessageHandler = async (data, context) => {
      const result: unknown = await handler(data, context);
      return isObservable(result) ? result.pipe(defaultIfEmpty(undefined)) : result;
    };
    this.#handlers.set(handler, Object.assign(wrapped, handler));
    return wrapped;
  }

  /** What kafkajs takes for final, such as a programming error in it or a missing right, would leave a process that is alive and consumes nothing. */
  async #crashed({ error, restart }: { error: Error; restart: boolean }, run: () => Promise<void>): Promise<void> {
    if (restart || this.#isClosing) return;
    if (!(await this.#mayRestart(error))) return;
    this.logger.error(`The consumer has stopped and is started again in ${RESTART_MS} ms: ${sentenceOf(error)}`);
    if (this.#isClosing) return;
    this.#restart = setTimeout(() => {
      this.#restarting = run().catch((cause: Error) => this.#crashed({ error: cause, restart: false }, run));
    }, RESTART_MS);
  }

  /** Whoever is asked and fails has not said no: as kafkajs takes it. */
  async #mayRestart(error: Error): Promise<boolean> {
    try {
      return (await this.options.consumer?.retry?.restartOnFailure?.(error)) ?? true;
    } catch (cause) {
      this.logger.error(
        `consumer.retry.restartOnFailure failed, and the consumer is started again: ${sentenceOf(cause)}`,
      );
      return true;
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** As Nest decides it; an `@EventPattern` handler is called all the same, and replies nothing. */
function asksForReply({ message: { headers } }: EachMessagePayload): boolean {
  return headers?.[KafkaHeaders.REPLY_TOPIC] !== undefined && headers[KafkaHeaders.CORRELATION_ID] !== undefined;
}

/** What Nest's serializers make: of kafkajs' message, what Nest's own server writes to. */
type Reply = Parameters<ServerKafka['assignErrorHeader']>[1];
