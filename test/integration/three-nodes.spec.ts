import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { NumberedSends } from '../support/numbered-sends.js';
import { useProducer } from '../support/use-producer.js';

const PARTITIONS = 3;
const CALLERS = 20;
/** Between one thing that happens to a node and the next. */
const RECORDS_BETWEEN = 2_000;

describeWithOwnKafka('three nodes of Apache Kafka', () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({ nodes: 3 });
    await kafka.createTopic({ name: 'orders', partitions: PARTITIONS });
  });

  afterAll(() => kafka?.stop());

  it('have every record once and in order after nodes were killed and restarted', { timeout: 180_000 }, async () => {
    await useProducer(kafka.bootstrap, {}, async (producer) => {
      const sends = new NumberedSends(producer, 'orders', PARTITIONS);
      let isOver = false;
      const call = async (): Promise<void> => {
        while (!isOver) await sends.send();
      };
      const callers = Promise.all(Array.from({ length: CALLERS }, call));
      const more = async (): Promise<void> => {
        const until = sends.acknowledged + RECORDS_BETWEEN;
        while (sends.acknowledged < until) await Promise.race([callers, sends.nextAcknowledgement()]);
      };
      try {
        await more();
        await kafka.node(2).kill();
        await more();
        await kafka.node(2).start();
        await more();
        await kafka.node(1).restart();
        await more();
        await kafka.node(3).kill();
        await more();
        await kafka.node(3).start();
        await more();
      } finally {
        isOver = true;
      }
      await callers;
      expect(producer.stats()).toMatchObject({ failedRecords: 0, bufferedRecords: 0 });
      expect(producer.stats().retriedBatches).toBeGreaterThan(0);
      expect(await sends.violations(kafka.bootstrap)).toEqual([]);
    });
  });

  it('leave no process and no folder behind', async () => {
    const folder = kafka.dataDir ?? '';
    expect(existsSync(folder)).toBe(true);
    expect(await processesOf(folder)).toBeGreaterThanOrEqual(3);
    await kafka.stop();
    expect(existsSync(folder)).toBe(false);
    await expect.poll(() => processesOf(folder)).toBe(0);
  });
});

/** Processes that were started with the folder among their arguments. */
async function processesOf(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-ww', '-o', 'args']);
  return stdout.split('\n').filter((line) => line.includes(folder)).length;
}
