import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/config.js';
import { workerConfigFromEnv } from '../src/worker/worker-config.js';

describe('the configuration of the worker', () => {
  it('has defaults that suit a laptop', () => {
    const expected = { brokers: ['localhost:9092'], groupId: 'order-worker' };
    expect(workerConfigFromEnv({})).toEqual(expected);
    expect(workerConfigFromEnv({ KAFKA_BROKERS: '', WORKER_GROUP: '' })).toEqual(expected);
  });

  it('reads brokers and a group', () => {
    const env = { KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092', WORKER_GROUP: 'orders.eu-1' };
    expect(workerConfigFromEnv(env)).toEqual({ brokers: ['kafka-1:9092', 'kafka-2:9092'], groupId: 'orders.eu-1' });
  });

  it.each([
    [{ WORKER_GROUP: 'a b' }, 'WORKER_GROUP is "a b". Give letters, digits, dots, hyphens and underscores only.'],
    [{ KAFKA_BROKERS: 'kafka' }, 'KAFKA_BROKERS is "kafka". Give host:port'],
  ])('refuses %j and says what to give instead', (env, message) => {
    expect(() => workerConfigFromEnv(env)).toThrow(ConfigError);
    expect(() => workerConfigFromEnv(env)).toThrow(message);
  });
});
