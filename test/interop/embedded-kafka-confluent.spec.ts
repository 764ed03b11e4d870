import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeNeeding, type Requirement } from '../support/describe-needing.js';

const CLIENT = fileURLToPath(new URL('confluent-client.mjs', import.meta.url));
const BENCH = fileURLToPath(new URL('../../bench', import.meta.url));
const COUNT = 30;
const VALUES = Array.from({ length: COUNT }, (_, at) => `order ${String(at).padStart(2, '0')}`);

/** It is compiled for this machine, among the benchmarks' packages. */
const confluentLoads: Requirement = () =>
  spawnSync(process.execPath, ['-e', "require('@confluentinc/kafka-javascript')"], { cwd: BENCH, stdio: 'ignore' })
    .status === 0
    ? undefined
    : 'no driver of Confluent (cd bench && npm ci && node install-confluent.mjs)';

describeNeeding([confluentLoads], "Confluent's driver on the embedded cluster", () => {
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
    expect(await run('produce')).toEqual({ codecs: ['gzip', 'snappy', 'lz4', 'zstd'], errors: [] });
    expect(await valuesIn('plain')).toEqual(VALUES.flatMap((value) => [value, value, value, value]));
    expect(await valuesIn('idempotent')).toEqual(VALUES);
    const records = await kafka.recordsIn('idempotent', { partition: 1 });
    expect(records.map(({ producer }) => producer?.sequence)).toEqual(records.map((_, at) => at));
  });

  it('consumes, transforms and produces in transactions, and leaves nothing of an aborted one', async () => {
    expect(await run('transactions')).toEqual({ invoices: VALUES.map((value) => `invoice of ${value}`) });
    expect(await kafka.recordsIn('invoices')).toHaveLength(2 * COUNT);
    expect(kafka.transactions.get('billing')).toMatchObject({ state: 'CompleteCommit' });
  });

  it('consumes in a group, and goes on where the group has committed', async () => {
    expect(await run('group')).toEqual({ first: VALUES, second: ['later'] });
  });

  it('creates, describes and deletes topics and groups', async () => {
    const stateEmpty = 5; // `ConsumerGroupStates.EMPTY` of the driver
    expect(await run('admin')).toEqual({
      partitions: 2,
      ends: COUNT,
      groups: ['billing', 'readers', 'sharers'],
      state: stateEmpty,
      isListed: false,
    });
  });
});
