import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { fetchCommitted, RawProducer } from '../support/raw-transactions.js';

describeOnEachKafka('a record that arrives after its transaction ended', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  const newTopic = () => kafka().createTopic({ partitions: 3 });
  const create = () => RawProducer.create(connection);

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
  });
  afterAll(() => connection.close());

  it('is fenced by the marker in TV2, repeats too', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.produce(mine, 0);
    const next = await producer.finish(true);
    for (const [sequence, partition] of [
      [0, 0],
      [1, 0],
      [0, 1],
    ] as const) {
      expect(await producer.produce(mine, sequence, { partition })).toBe('INVALID_PRODUCER_EPOCH');
    }
    expect(await next.settled()).toBe('CompleteCommit@1');
  });

  it.each([
    [10, 'INVALID_TXN_STATE'],
    [11, 'TRANSACTION_ABORTABLE'],
  ] as const)('is not part of any transaction in TV1 (v%i)', async (version, error) => {
    const mine = await newTopic();
    const producer = await create();
    await producer.addPartitions(mine, [0]);
    await producer.produce(mine, 0, { version: 11 });
    await producer.finish(true, 4);
    expect(await producer.produce(mine, 1, { version })).toBe(error);
    expect(await producer.produce(mine, 0, { version })).toBe(error);
  });

  it('gets into the next transaction of TV1, whose own record is taken for its repeat', async () => {
    const mine = await newTopic();
    const producer = await create();
    await producer.addPartitions(mine, [0]);
    await producer.finish(false, 4);
    await producer.addPartitions(mine, [0]);
    expect(await producer.produce(mine, 0, { version: 11, values: ['late'] })).toBe(1);
    expect(await producer.produce(mine, 0, { version: 11, values: ['good'] })).toBe(1);
    await producer.finish(true, 4);
    const { records } = await fetchCommitted(connection, mine);
    expect(records?.includes('late')).toBe(true);
    expect(records?.includes('good')).toBe(false);
  });
});
