import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeNeeding } from '../support/describe-needing.js';
import { kcat, kcatInstalled } from '../support/kcat.js';

const LINES = Array.from({ length: 500 }, (_, at) => `key-${at % 17}:value ${at}`);

describeNeeding([kcatInstalled], 'librdkafka on the embedded cluster', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      brokers: 3,
      topics: ['written', 'compressed', 'interrupted', 'shared'].map((name) => ({ name, partitions: 4 })),
    });
  });
  afterAll(() => kafka.stop());

  const on = (...args: string[]) => ['-b', kafka.bootstrap.join(','), ...args];
  const produce = (topic: string, lines: readonly string[], ...args: string[]) =>
    kcat(on('-P', '-t', topic, '-K', ':', '-X', 'enable.idempotence=true', ...args), `${lines.join('\n')}\n`);

  it('lists brokers, topics, leaders and replicas', async () => {
    const listed = JSON.parse(await kcat(on('-L', '-J', '-t', 'written'))) as {
      brokers: { id: number; name: string }[];
      topics: { topic: string; partitions: { leader: number; replicas: { id: number }[]; isrs: { id: number }[] }[] }[];
    };
    expect(listed.brokers.toSorted((a, b) => a.id - b.id)).toEqual(
      kafka.bootstrap.map((name, at) => ({ id: at + 1, name })),
    );
    expect(
      listed.topics[0]?.partitions.map(({ leader, replicas, isrs }) => [leader, replicas.length, isrs.length]),
    ).toEqual([1, 2, 3, 1].map((leader) => [leader, 3, 3]));
  });

  it('produces idempotently and reads its records back with CRC checks on', async () => {
    await produce('written', LINES);
    const read = await kcat(
      on('-C', '-t', 'written', '-o', 'beginning', '-e', '-q', '-K', ':', '-X', 'check.crcs=true'),
    );
    expect(read.trimEnd().split('\n').toSorted()).toEqual(LINES.toSorted());
    const records = await kafka.recordsIn('written');
    expect(new Set(records.map(({ producer }) => producer?.id)).size).toBe(1);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('produces and reads batches in %s', async (codec) => {
    const lines = LINES.map((line) => `${line} ${codec}`);
    await produce('compressed', lines, '-z', codec);
    const read = await kcat(
      on('-C', '-t', 'compressed', '-o', 'beginning', '-e', '-q', '-K', ':', '-X', 'check.crcs=true'),
    );
    expect(
      read
        .trimEnd()
        .split('\n')
        .filter((line) => line.endsWith(codec))
        .toSorted(),
    ).toEqual(lines.toSorted());
  });

  it('writes every record once when answers are lost', async () => {
    const cut = kafka.faults.onResponse('Produce', { times: 2, topic: 'interrupted', action: 'cut' });
    const refused = kafka.faults.onRequest('Produce', {
      times: 1,
      skip: 1,
      topic: 'interrupted',
      action: { errorCode: 'NOT_ENOUGH_REPLICAS' },
    });
    await produce('interrupted', LINES, '-X', 'batch.num.messages=20', '-X', 'retry.backoff.ms=10');
    expect([cut.hits, refused.hits]).toEqual([2, 1]);
    const values = (await kafka.recordsIn('interrupted')).map(
      ({ key, value }) => `${key?.toString()}:${value?.toString()}`,
    );
    expect(values.toSorted()).toEqual(LINES.toSorted());
  });

  it('consumes in a group', async () => {
    await produce('shared', LINES);
    const group = ['-G', 'readers', '-q', '-K', ':', '-c', String(LINES.length), '-X', 'auto.offset.reset=earliest'];
    const read = await kcat(on(...group, 'shared'));
    expect(read.trimEnd().split('\n').toSorted()).toEqual(LINES.toSorted());
  });
});
