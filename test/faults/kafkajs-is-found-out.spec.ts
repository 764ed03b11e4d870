import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { seedOf } from '../support/random.js';
import { embeddedRun, type EmbeddedRun } from './support/embedded-run.js';
import type { Deliver } from './support/workload.js';

const SEEDS = 10;
const PROVEN: readonly string[] = ['lost', 'doubled', 'reordered'];

/** kafkajs as its users have it: idempotent, five requests in flight, sends that do not wait for each other. */
async function useKafkajs(bootstrap: readonly string[], work: (deliver: Deliver) => Promise<void>): Promise<void> {
  const kafka = new Kafka({
    clientId: 'test',
    brokers: [...bootstrap],
    logLevel: logLevel.NOTHING,
    requestTimeout: 120,
    connectionTimeout: 120,
    retry: { initialRetryTime: 10, maxRetryTime: 50, retries: 8 },
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 5,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await work(async ({ topic, partition, value }) => {
      try {
        const [told] = await producer.send({ topic, messages: [{ partition, value }] });
        return { partition, offset: told?.baseOffset };
      } catch (error) {
        // It does not say, so it is not held to it.
        throw Object.assign(error as Error, { persisted: 'possibly' });
      }
    });
  } finally {
    await producer.disconnect();
  }
}

describe('the same workload through kafkajs', () => {
  const firstSeed = seedOf('kafkajs-is-found-out');

  it('shows what the checker is there for', { timeout: 60_000 }, async () => {
    const options = { callers: 40, troubleMs: 400, settleWithinMs: Infinity, mustRecover: false, client: useKafkajs };
    const seeds = Array.from({ length: SEEDS }, (_, index) => firstSeed + index);
    const runs: EmbeddedRun[] = await Promise.all(seeds.map((seed) => embeddedRun(seed, options)));
    const found = new Set(runs.flatMap(({ kinds }) => kinds));
    console.log(`kafkajs: ${[...found].join(', ')}`);
    expect([...found].filter((kind) => PROVEN.includes(kind))).not.toEqual([]);
    const guilty = runs.find(({ kinds }) => kinds.some((kind) => PROVEN.includes(kind)));
    expect(guilty?.text).toMatch(/#\d+ sent at \d+ ms/);
  });
});
