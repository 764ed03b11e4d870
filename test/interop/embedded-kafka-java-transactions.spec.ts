import { fileURLToPath } from 'node:url';

import { EmbeddedKafka } from 'embedded-kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';
import { java } from '../support/apache-kafka.js';
import { describeNeeding } from '../support/describe-needing.js';
import { javaTool, tryJavaTool } from './java-tool.js';

const PROGRAM = fileURLToPath(new URL('ConsumeTransformProduce.java', import.meta.url));
const COUNT = 100;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(3, '0')}`);

describeNeeding([java], 'Java in transactions of the embedded cluster', () => {
  describe.each([1, 2] as const)('of level %s', (transactionVersion) => {
    let kafka: EmbeddedKafka;
    beforeAll(async () => {
      const topics = ['orders', 'invoices'].map((name) => ({ name, partitions: 3 }));
      kafka = await EmbeddedKafka.start({ brokers: 3, topics, transactionVersion });
    });
    afterAll(() => kafka.stop());

    const tool = (name: string, ...args: string[]) => javaTool(kafka, name, args);

    it('consumes, transforms and produces exactly once', async () => {
      const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:'];
      const lines = VALUES.map((value, at) => `key ${at}:${value}\n`).join('');
      await javaTool(kafka, 'ConsoleProducer', ['--topic', 'orders', ...keyed], lines);
      const args = [kafka.bootstrap.join(','), 'orders', 'invoices', 'billing', String(COUNT)];
      const { code, stdout, stderr } = await runJava(PROGRAM, args);
      expect(code, stderr).toBe(0);
      const aborted = Number(stdout);
      expect(aborted).toBeGreaterThan(0);
      expect(await kafka.recordsIn('invoices')).toHaveLength(COUNT + aborted);

      const read = [
        '--topic',
        'invoices',
        '--from-beginning',
        '--max-messages',
        String(COUNT),
        '--timeout-ms',
        '30000',
      ];
      const isolated = ['--isolation-level', 'read_committed', '--group', 'readers'];
      const invoices = (await tool('consumer.ConsoleConsumer', ...read, ...isolated)).trimEnd().split('\n');
      expect(invoices.toSorted((one, other) => one.localeCompare(other))).toEqual(
        VALUES.map((value) => `invoice of ${value}`),
      );
      const described = await tool('consumer.group.ConsumerGroupCommand', '--describe', '--group', 'billing');
      const ofGroup = described.split('\n').filter((line) => line.startsWith('billing'));
      const offsets = ofGroup.map((line) => Number(line.split(/\s+/)[3]));
      expect(offsets.reduce((sum, offset) => sum + offset, 0)).toBe(COUNT);
    });
  });

  describe('with its tools', () => {
    let kafka: EmbeddedKafka;
    beforeAll(async () => {
      kafka = await EmbeddedKafka.start({
        brokers: 3,
        topics: [{ name: 'orders' }, { name: 'measured', partitions: 3 }],
      });
    });
    afterAll(() => kafka.stop());

    const tool = (name: string, ...args: string[]) => javaTool(kafka, name, args);
    /** Lines of a table without its header, without the spaces between. */
    const rows = (table: string) =>
      table
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t').map((cell) => cell.trim()));

    it('measures a transactional producer', async () => {
      const size = ['--topic', 'measured', '--num-records', '300', '--record-size', '100', '--throughput', '600'];
      const transactions = ['--transactional-id', 'measured', '--transaction-duration-ms', '100'];
      expect(await tool('ProducerPerformance', ...size, ...transactions)).toContain('300 records sent');
      expect(kafka.transactions.get('measured')).toMatchObject({ state: 'CompleteCommit' });
      expect(await kafka.recordsIn('measured', { isolation: 'read_committed' })).toHaveLength(300);
      const ends = kafka.requests('EndTxn').filter(({ clientId }) => clientId?.includes('perf'));
      expect(ends.length).toBeGreaterThan(1);
    });

    it('lists, describes and ends transactions', async () => {
      const producer = new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).producer({
        transactionalId: 'left-open',
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'orders', messages: [{ value: 'never', partition: 0 }] });
      const offset = (await kafka.recordsIn('orders', { partition: 0 })).at(-1)?.offset ?? '';

      const list = rows(await tool('TransactionsCommand', 'list'));
      expect(list.map(([id, , , state]) => [id, state])).toContainEqual(['left-open', 'Ongoing']);
      const [described] = rows(await tool('TransactionsCommand', 'describe', '--transactional-id', 'left-open'));
      expect(described?.slice(4)).toEqual(['Ongoing', '60000', expect.any(String), expect.any(String), 'orders-0']);
      const where = ['--topic', 'orders', '--partition', '0'];
      const producers = rows(await tool('TransactionsCommand', 'describe-producers', ...where));
      expect(producers.map((cells) => cells[5])).toContain(offset);

      const abort = await tryJavaTool(kafka, 'TransactionsCommand', ['abort', ...where, '--start-offset', offset]);
      expect(abort.stdout + abort.stderr).toContain('WRITE_TXN_MARKERS');
      await tool('TransactionsCommand', 'forceTerminateTransaction', '--transactionalId', 'left-open');
      expect(kafka.transactions.get('left-open')).toMatchObject({ state: 'Empty', partitions: [] });
      const left = await kafka.recordsIn('orders', { isolation: 'read_committed', partition: 0 });
      expect(left.map(({ value }) => String(value))).not.toContain('never');
      await producer.disconnect();
    });
  });
});
