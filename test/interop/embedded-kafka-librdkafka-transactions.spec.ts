import { EmbeddedKafka } from 'embedded-kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeNeeding } from '../support/describe-needing.js';
import { kcat, kcatInstalled } from '../support/kcat.js';
import { compileC, librdkafkaBuilds, type CProgram } from './c-program.js';

const PARTITIONS = 3;
const COUNT = 100;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(3, '0')}`);

describeNeeding([kcatInstalled, librdkafkaBuilds], 'librdkafka in transactions of the embedded cluster', () => {
  let program: CProgram;
  beforeAll(async () => {
    program = await compileC('librdkafka-transactions.c');
  });
  afterAll(() => program.remove());

  describe.each([1, 2] as const)('of level %s', (transactionVersion) => {
    let kafka: EmbeddedKafka;
    beforeAll(async () => {
      const topics = ['orders', 'invoices'].map((name) => ({ name, partitions: PARTITIONS }));
      kafka = await EmbeddedKafka.start({ brokers: 3, topics, transactionVersion });
      const lines = VALUES.map((value, at) => `key ${at}:${value}\n`).join('');
      await kcat(['-b', kafka.bootstrap.join(','), '-P', '-t', 'orders', '-K', ':', '-z', 'zstd'], lines);
    });
    afterAll(() => kafka.stop());

    const billing = (ending: 'commit' | 'abort') =>
      program.run(kafka.bootstrap.join(','), 'orders', 'invoices', 'billing', String(COUNT), ending);

    async function invoices(isolation: 'read_committed' | 'read_uncommitted'): Promise<string[]> {
      const where = ['-b', kafka.bootstrap.join(','), '-C', '-t', 'invoices', '-o', 'beginning', '-e', '-q'];
      const read = await kcat([...where, '-X', `isolation.level=${isolation}`, '-X', 'check.crcs=true']);
      return read
        .split('\n')
        .filter((line) => line !== '')
        .toSorted();
    }

    async function committedOffsets(): Promise<number> {
      const admin = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const [found] = await admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] });
      await admin.disconnect();
      return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    }

    it('shows nothing of a transaction that was aborted, and does not move its group', async () => {
      expect(await billing('abort')).toBe(`${COUNT}\n`);
      expect(await invoices('read_committed')).toEqual([]);
      expect(await invoices('read_uncommitted')).toHaveLength(COUNT);
      expect(await committedOffsets()).toBe(0);
    });

    it('consumes, transforms and produces exactly once', async () => {
      expect(await billing('commit')).toBe(`${COUNT}\n`);
      expect(await invoices('read_committed')).toEqual(VALUES.map((value) => `invoice of ${value}`));
      await expect.poll(committedOffsets).toBe(COUNT);
      expect(kafka.transactions.get('billing')).toMatchObject({ state: 'CompleteCommit' });
    });
  });
});
