import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { seedOf } from '../support/random.js';
import { ProxiedKafka } from './support/proxied-kafka.js';
import { clusterTroubles, wireTroubles } from './support/proxied-troubles.js';
import { recreatedRun } from './support/recreated-run.js';
import { threeNodesRun } from './support/three-nodes-run.js';

const RUN_MS = 300_000;
/** Each request and each answer while a topic is deleted: more is under way then. */
const RECREATED_RATE = 0.02;
/** Before version 13 a produce request does not say which of two topics of one name it is for: the new one would take what comes late for the old one. */
const NEVER_LATE = ['cut-before', 'cut-within', 'cut-after', 'delay', 'fragment'] as const;

/** What a producer may do about trouble: sit it out, or give up. `okFrom`, `okTo`: share of the records that is acknowledged in spite of everything. */
const PATIENCE = {
  patient: { deliveryTimeoutMs: 120_000, maxBlockMs: 60_000, requestTimeoutMs: 1_500, okFrom: 1, okTo: 1 },
  impatient: { deliveryTimeoutMs: 1_200, maxBlockMs: 1_500, requestTimeoutMs: 1_200, okFrom: 0.4, okTo: 0.9999 },
};
const TROUBLES = { 'a network that fails': wireTroubles, 'nodes that come and go': clusterTroubles };
const CASES = Object.entries(TROUBLES).flatMap(([place, troubles]) =>
  Object.entries(PATIENCE).map(([patience, settings]) => ({ place, troubles, patience, ...settings })),
);

describeWithOwnKafka('three nodes of Apache Kafka behind proxies that cut, hold and lose', () => {
  const seed = seedOf('three-nodes-proxied');
  let proxied: ProxiedKafka;

  beforeAll(async () => {
    proxied = await ProxiedKafka.start();
  });

  afterAll(() => proxied?.stop());

  it.each(CASES)(
    'have every record once and in order of a $patience producer behind $place',
    { timeout: RUN_MS },
    async ({ place, patience, troubles, okFrom, okTo, ...producer }) => {
      const random = new Random(seed);
      const run = await threeNodesRun(proxied.kafka, random, {
        topic: `${patience}-${place}`.replaceAll(' ', '-'),
        bootstrap: proxied.bootstrap,
        producer,
        troubles: troubles(proxied, random, producer.requestTimeoutMs),
      });
      expect(run.text).toBe('no violation');
      expect(run.leftBehind).toEqual([]);
      expect(run.okRatio).toBeGreaterThanOrEqual(okFrom);
      expect(run.okRatio).toBeLessThanOrEqual(okTo);
      const unfelt = [...run.felt].filter(([, times]) => times === 0);
      expect(unfelt, 'troubles no client noticed').toEqual([]);
    },
  );

  it.each([
    { goneFor: 'a moment', goneForMs: 0 },
    { goneFor: 'a while', goneForMs: 400 },
    { goneFor: 'long enough to be missed', goneForMs: 3_000 },
  ])(
    'have every record once and in order in a topic that was deleted under load, and was gone for $goneFor',
    { timeout: RUN_MS },
    async ({ goneForMs }) => {
      const refusals = (): number => proxied.strikes.refusalsOf('UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID');
      const before = refusals();
      const random = new Random(seed);
      proxied.strikes.strikeAtRandom(random.fork(), RECREATED_RATE, NEVER_LATE);
      const { deliveryTimeoutMs, maxBlockMs, requestTimeoutMs } = PATIENCE.patient;
      const run = await recreatedRun(proxied.kafka, random, {
        topic: `recreated-after-${goneForMs}`,
        bootstrap: proxied.bootstrap,
        goneForMs,
        producer: { deliveryTimeoutMs, maxBlockMs, requestTimeoutMs },
      }).finally(() => proxied.strikes.clear());
      expect(run.text).toBe('no violation');
      expect(run.resurrected).toEqual([]);
      expect(run.leftBehind).toEqual([]);
      expect(run.gone).toBeGreaterThan(0);
      expect(run.between).toBeGreaterThan(0);
      expect(refusals()).toBeGreaterThan(before);
    },
  );
});
