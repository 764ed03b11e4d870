import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { seedOf } from '../support/random.js';
import { nodeTroubles } from './support/node-troubles.js';
import { threeNodesRun } from './support/three-nodes-run.js';

/** Of both runs together. A run of seven has every trouble once. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 20);
const ROUND_MS = 60_000;

/** What a producer may do about an outage. `okAtLeast`: share of the records that must be acknowledged nevertheless. */
const PATIENCE = {
  'outlasts every outage': { deliveryTimeoutMs: 120_000, maxBlockMs: 60_000, requestTimeoutMs: 3_000, okAtLeast: 1 },
  'gives up before an outage is over': {
    deliveryTimeoutMs: 3_500,
    maxBlockMs: 2_000,
    requestTimeoutMs: 2_000,
    okAtLeast: 0.5,
  },
};

describeWithOwnKafka('three nodes of Apache Kafka that are killed, frozen and starved', () => {
  const seed = seedOf('three-nodes-kills');
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({ nodes: 3 });
  });

  afterAll(() => kafka?.stop());

  it.each(Object.entries(PATIENCE))(
    'have every record once and in order of a producer that %s',
    { timeout: ROUNDS * ROUND_MS },
    async (name, { okAtLeast, ...producer }) => {
      const random = new Random(seed);
      const topic = name.replaceAll(' ', '-');
      const troubles = nodeTroubles(random, Math.ceil(ROUNDS / 2));
      const run = await threeNodesRun(kafka, random, { topic, producer, troubles });
      expect(run.text).toBe('no violation');
      expect(run.leftBehind).toEqual([]);
      expect(run.okRatio).toBeGreaterThanOrEqual(okAtLeast);
      expect(run.seen).toBeGreaterThan(run.records / 10);
      const unfelt = [...run.felt].filter(([, times]) => times === 0);
      expect(unfelt, 'troubles no client noticed').toEqual([]);
    },
  );
});
