import { PartitionAssigners } from 'kafkajs';

import { ConsumerTap } from './consumer-tap.js';
import { consumerCluster, type AssignerConfig, type PartitionAssigner } from './kafkajs-parts.js';
import { tapCluster } from './tapped-cluster.js';

/** On what kafkajs hands to every assigner of one consumer and gives out as `consumer.logger()`: no registry that somebody would have to clear. */
const TAP = Symbol.for('nestjs-kafka-producer/consumer-tap');

interface TappedLogger {
  [TAP]?: ConsumerTap;
}

/**
 * Makes a kafkajs consumer tell who it is.
 *
 * The partition assigners do what they did. Beside that, every message carries the identity of its fetch (`identityOf()`), committed offsets are asked
 * for with requireStable, and `consumerTapOf()` gives what is known of the consumer. It has to stand in the options of the consumer:
 *
 * ```ts
 * kafka.consumer({ groupId, partitionAssigners: consumerIdentityTap() });
 * ```
 *
 * kafkajs gives its cluster to nobody but partition assigners, and the identity to nobody at all.
 *
 * @param assigners the consumer's own
 * @defaultValue kafkajs' round robin
 * @throws InvalidOptionsError from `kafka.consumer()`, when kafkajs is another copy or version than this was written for
 */
export function consumerIdentityTap(
  assigners: readonly PartitionAssigner[] = [PartitionAssigners.roundRobin],
): PartitionAssigner[] {
  return tappedAssigners(assigners, () => {});
}

/** As `consumerIdentityTap()`. @param onTap called with the tap of every consumer that is made with them, once per assigner */
export function tappedAssigners(
  assigners: readonly PartitionAssigner[] = [PartitionAssigners.roundRobin],
  onTap: (tap: ConsumerTap) => void,
): PartitionAssigner[] {
  return assigners.map((assigner) => (config) => {
    onTap(install(config));
    return assigner(config);
  });
}

/** @returns `undefined` when the consumer was made without `consumerIdentityTap()` */
export function consumerTapOf(consumer: { logger(): object }): ConsumerTap | undefined {
  return (consumer.logger() as TappedLogger)[TAP];
}

/** Once per consumer, however many assigners it has. */
function install(config: AssignerConfig): ConsumerTap {
  const logger = config.logger as TappedLogger;
  if (logger[TAP] !== undefined) return logger[TAP];
  const cluster = consumerCluster(config);
  const tap = new ConsumerTap(config.groupId);
  Object.defineProperty(logger, TAP, { value: tap });
  tapCluster(cluster, tap);
  return tap;
}
