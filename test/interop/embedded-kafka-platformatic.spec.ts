import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CLIENT = fileURLToPath(new URL('platformatic-client.mjs', import.meta.url));
const COUNT = 30;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(2, '0')}`);

describe('@platformatic/kafka on the embedded cluster', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      brokers: 3,
      topics: ['plain', 'idempotent', 'orders', 'invoices', 'shared'].map((name) => ({ name, partitions: 3 })),
    });
  });
  afterAll(() => kafka.stop());

  /** What the client saw; it must end by itself. */
  async function run(scenario: string): Promise<unknown> {
    const args = [CLIENT, kafka.bootstrap.join(','), scenario];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    return JSON.parse(stdout) as unknown;
  }
  const valuesIn = async (topic: string) => (await kafka.recordsIn(topic)).map(({ value }) => String(value)).toSorted();

  it('produces, in batches it has compressed, and idempotently', async () => {
    const codecs = (await run('produce')) as string[];
    expect(codecs).toEqual(expect.arrayContaining(['gzip', 'snappy', 'lz4']));
    expect(await kafka.recordsIn('plain')).toHaveLength((1 + codecs.length) * COUNT);
    expect(await valuesIn('idempotent')).toEqual(VALUES);
    const records = await kafka.recordsIn('idempotent', { partition: 1 });
    expect(records.map(({ producer }) => producer?.sequence)).toEqual(records.map((_, at) => at));
  });

  it('consumes, transforms and produces in transactions', async () => {
    expect(await run('transactions')).toEqual({
      invoices: VALUES.map((value) => `invoice of ${value}`),
      committed: COUNT,
    });
    expect(await kafka.recordsIn('invoices')).toHaveLength(2 * COUNT);
    expect(kafka.transactions.get('billing')).toMatchObject({ state: 'CompleteCommit' });
  });

  it('consumes in a group, and goes on where the group has committed', async () => {
    expect(await run('group')).toEqual({ first: VALUES, second: ['later'] });
  });

  it('creates, extends, alters, describes and deletes topics', async () => {
    expect(await run('admin')).toEqual({
      created: [['made', 2, 3]],
      partitions: 4,
      configs: [['retention.ms', '1234567']],
      groups: ['billing', 'readers', 'sharers'],
      isListed: [true, false],
    });
  });
});
