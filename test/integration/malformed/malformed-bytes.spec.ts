import fc from 'fast-check';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedOf } from '../../support/random.js';
import { FuzzCluster } from './fuzz-cluster.js';
import { KINDS } from './malformed-bytes.js';
import { collectGarbage, usedBytes } from './used-bytes.js';

const seed = seedOf('malformed bytes') | 0;
/** For a longer look by hand: `FUZZ_TIMES=10`. */
const TIMES = Number(process.env['FUZZ_TIMES'] ?? 1);
const MEBIBYTE = 2 ** 20;
const MAX_GROWTH_BYTES = 64 * MEBIBYTE;
const MAX_PEAK_BYTES = 512 * MEBIBYTE;
const FORGET_EVERY = 1000;

describe(`a broker that is fed nonsense, SEED=${seed}`, () => {
  let cluster: FuzzCluster;
  const rejections: unknown[] = [];
  const remember = (reason: unknown) => rejections.push(reason);
  let beforeBytes = 0;
  let peakBytes = 0;

  beforeAll(async () => {
    process.on('unhandledRejection', remember);
    cluster = await FuzzCluster.start();
    collectGarbage();
    beforeBytes = usedBytes();
  });
  afterAll(async () => {
    process.off('unhandledRejection', remember);
    await cluster.stop();
  });

  it.each(Object.entries(KINDS))(
    'closes, waits or answers properly: %s',
    async (_name, { runs, chunks }) => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(chunks, async (sent) => {
          await cluster.survives(sent);
          if (++count % FORGET_EVERY !== 0) return;
          await cluster.forgetClients();
          peakBytes = Math.max(peakBytes, usedBytes());
        }),
        { numRuns: runs * TIMES, seed },
      );
      expect(cluster.kafka.broker(1).connectionCount).toBe(0);
    },
    120_000 * TIMES,
  );

  it('keeps none of it', async () => {
    await cluster.forgetClients();
    collectGarbage();
    expect(usedBytes() - beforeBytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect(peakBytes).toBeLessThan(MAX_PEAK_BYTES);
    expect(rejections).toEqual([]);
  });

  it('serves a good client as if nothing had been', async () => {
    const kafka = new Kafka({ brokers: cluster.kafka.bootstrap, logLevel: logLevel.NOTHING });
    const [producer, admin] = [kafka.producer(), kafka.admin()];
    await Promise.all([producer.connect(), admin.connect()]);
    await admin.createTopics({ topics: [{ topic: 'afterwards' }] });
    const [{ baseOffset } = {}] = await producer.send({ topic: 'afterwards', messages: [{ value: 'fine' }] });
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    const [record] = await cluster.kafka.recordsIn('afterwards');
    expect([baseOffset, record?.value?.toString()]).toEqual(['0', 'fine']);
  });
});
