import { Random } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { unitViolations } from '../history/check-units.js';
import { partOf } from '../history/unit-record.js';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { seedOf } from '../support/random.js';
import { runUnit } from '../support/run-unit.js';
import { useProducer } from '../support/use-producer.js';
import { ClusterAdmin } from './support/cluster-admin.js';
import { coordinatorTroubles } from './support/coordinator-troubles.js';
import { TopicReader } from './support/topic-reader.js';
import { UnitsWorkload } from './support/units-workload.js';

/** Five have every trouble once. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const ROUND_MS = 60_000;
const HEAL_WITHIN_MS = 60_000;
const UNITS_BETWEEN = 200;
const TOPICS = ['orders', 'stock', 'audit'];
const PARTITIONS = 4;
/** Of the ring of the committer. */
const TRANSACTIONAL_IDS = [0, 1, 2].map((slot) => `shop-0-${slot}`);
const OPTIONS = {
  client: { connectionTimeout: 2_000 },
  producer: { requestTimeoutMs: 2_000 },
  transactions: { idPrefix: 'shop', instanceId: '0', timeoutMs: 120_000, commitTimeoutMs: 60_000 },
};

/** A node that is told to stop hands over what it does: units need not notice. */
const HANDED_OVER = /^(coordinator restarted|leaders elected)/;

describeWithOwnKafka('units whose transaction coordinator is killed, frozen and restarted', () => {
  const seed = seedOf('units-coordinator');
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({ nodes: 3 });
    for (const name of TOPICS) await kafka.createTopic({ name, partitions: PARTITIONS });
  });

  afterAll(() => kafka?.stop());

  it(
    'are whole or not there, and told the truth, and none is left without a verdict',
    { timeout: (ROUNDS + 2) * ROUND_MS },
    async () => {
      const random = new Random(seed);
      const admin = new ClusterAdmin(kafka.bootstrap);
      for (const topic of TOPICS) await admin.untilInSync(topic);
      const felt: string[] = [];
      const units = await useProducer(kafka.bootstrap, OPTIONS, async (producer) => {
        const workload = new UnitsWorkload(producer, TOPICS, PARTITIONS);
        workload.start(random.fork());
        await workload.progress(UNITS_BETWEEN, HEAL_WITHIN_MS);
        const scene = { kafka, admin, random: random.fork(), addTopic: () => Promise.resolve() };
        for (const { name, make } of coordinatorTroubles(TRANSACTIONAL_IDS, random, ROUNDS)) {
          const before = workload.felt;
          await make({ ...scene, topic: random.pick(TOPICS) });
          await workload.progress(UNITS_BETWEEN, HEAL_WITHIN_MS);
          felt.push(`${name} ${workload.felt - before}`);
        }
        await workload.stop();
        const places = TOPICS.map((topic) => ({ topic, partition: 0 }));
        const after = await runUnit(producer, 'after', places);
        expect(after.told, 'the next unit, without a restart').toBe('committed');
        expect(producer.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0, quarantinedUnits: 0 });
        return [...workload.units, after];
      });
      const reader = new TopicReader(kafka.bootstrap, HEAL_WITHIN_MS);
      await expect
        .poll(
          async () => {
            await reader.readAll(TOPICS);
            return unitViolations(
              units,
              [...reader.logs.values()].flat().map(({ value }) => partOf(value)),
            );
          },
          { timeout: HEAL_WITHIN_MS },
        )
        .toEqual([]);
      const not = (told: string): string[] =>
        units.filter((unit) => unit.told === told).map(({ error }) => String(error?.message));
      console.log(
        `${units.length} units, ${not('aborted').length} aborted, ${not('unknown').length} unknown; felt: ${felt.join(', ')}`,
      );
      expect(not('unknown')).toEqual([]);
      expect(not('aborted')).toEqual([]);
      expect(felt.filter((text) => !HANDED_OVER.test(text) && text.endsWith(' 0'))).toEqual([]);
    },
  );
});
