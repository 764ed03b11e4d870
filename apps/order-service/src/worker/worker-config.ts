import { brokersFromEnv, ConfigError } from '../config.js';

/** Workers of one group share the orders. Another group would answer each of them once more. */
export const DEFAULT_GROUP = 'order-worker';

/** A worker that dies keeps its partitions to itself for so long; Kafka takes nothing below. */
export const SESSION_TIMEOUT_MS = 6_000;

/** What the worker needs to know about its surroundings. */
export interface WorkerConfig {
  readonly brokers: readonly string[];
  readonly groupId: string;
}

/** Reads `KAFKA_BROKERS` and `WORKER_GROUP`; unset or empty means the default. */
export function workerConfigFromEnv(env: Readonly<Record<string, string | undefined>>): WorkerConfig {
  const groupId = env['WORKER_GROUP'] || DEFAULT_GROUP;
  if (!/^[\w.-]{1,200}$/.test(groupId)) {
    throw new ConfigError(`WORKER_GROUP is "${groupId}". Give letters, digits, dots, hyphens and underscores only.`);
  }
  return { brokers: brokersFromEnv(env), groupId };
}
