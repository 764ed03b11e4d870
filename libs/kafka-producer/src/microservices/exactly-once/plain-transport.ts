import { Logger } from '@nestjs/common';
import type { KafkaOptions } from '@nestjs/microservices';

import { tappedAssigners } from '../../cluster/kafkajs/consumer-identity-tap.js';
import type { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import { EXACTLY_ONCE_TRANSPORT } from '../../decorators/exactly-once-problems.js';
import { PlainConsumer } from './plain-consumer.js';
import type { FetchedMessage } from './plain-message.js';
import { checkedPlainOptions, type ExactlyOnceTransportOptions, type PlainTransportOptions } from './plain-options.js';

/** kafkajs' default. */
const HEARTBEAT_INTERVAL_MS = 3_000;

/**
 * Gives Nest's own Kafka transport what handlers with `@ExactlyOnce()` need of it. For what `NestFactory.createMicroservice()` and
 * `app.connectMicroservice()` take; every handler it calls must have the decorator.
 *
 * One unit per message. Where throughput matters use `ExactlyOnceKafkaServer`, whose units take many.
 *
 * @example
 * ```ts
 * const stock = exactlyOnce({
 *   transport: Transport.KAFKA,
 *   options: { client: { brokers: ['localhost:9092'] }, consumer: { groupId: 'stock' }, redelivery: { deadLetterTopic: 'dead' } },
 * });
 * ```
 * @returns new options; those that were given are not changed
 * @throws InvalidOptionsError with all values that would make it not exactly once, and with what to do about each
 */
export function exactlyOnce(transport: ExactlyOnceTransportOptions): KafkaOptions {
  const { options, redelivery } = checkedPlainOptions(transport);
  const { consumer, run, subscribe, serializer } = options;
  const logger = new Logger('ExactlyOnceKafka');
  const { heartbeatInterval: heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS } = consumer ?? {};
  const consumers = new WeakSet<ConsumerTap>();
  const given = consumer?.partitionAssigners as unknown as Parameters<typeof tappedAssigners>[0];
  const assigners = tappedAssigners(given, (tap) => {
    if (consumers.has(tap)) return;
    consumers.add(tap);
    const handling = new PlainConsumer(tap, { redelivery, serializer, heartbeatIntervalMs }, logger);
    tap.onMessage((message, identity) => handling.tag(message as FetchedMessage, identity));
  });
  const marked = {
    ...options,
    consumer: { ...consumer, partitionAssigners: assigners },
    run: { ...run, autoCommit: false },
    subscribe: { ...subscribe, fromBeginning: true },
    [EXACTLY_ONCE_TRANSPORT]: 'plain',
  };
  return { ...transport, options: marked as unknown as PlainTransportOptions };
}
