import { apis } from 'kafka-wire';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { contentOf, fetchOf } from '../support/fetched-partition.js';
import { produceRaw } from '../support/produced-partition.js';
import { RawConnection } from '../support/raw-connection.js';

/** The order in which promises settle. */
async function orderOf(named: Readonly<Record<string, Promise<unknown>>>): Promise<string[]> {
  const order: string[] = [];
  await Promise.all(Object.entries(named).map(([name, promise]) => promise.then(() => order.push(name))));
  return order;
}

describeOnEachKafka('requests in a row', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let connection: RawConnection;
  let topic: string;
  beforeEach(async () => {
    connection = await RawConnection.open(address());
    topic = await kafka().createTopic({ partitions: 2 });
  });
  afterEach(() => connection.close());

  const produce = (records: Buffer, index = 0) =>
    connection.request(apis.Produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: topic, partitionData: [{ index, records }] }],
    });
  const offsetsOf = async (answers: readonly ReturnType<typeof produce>[]) =>
    (await Promise.all(answers)).map(({ responses }) => responses[0]?.partitionResponses[0]?.baseOffset);

  it('of one connection are appended in their order, however they are compressed', async () => {
    const types = ['gzip', 'none', 'zstd', 'none', 'snappy', 'lz4', 'none'] as const;
    const batches = await Promise.all(types.map((type) => batchOf(someRecords(type === 'none' ? 1 : 200), type)));
    expect(await offsetsOf(batches.map((records) => produce(records)))).toEqual([0, 200, 201, 401, 402, 602, 802]);
  });

  it('of one connection wait for a fetch that waits, also when they are about another partition', async () => {
    const wait = { maxWaitMs: 30_000, minBytes: 1 };
    const waiting = connection.request(apis.Fetch, 11, fetchOf({ topic }, [{}], wait));
    const behind = produce(await batchOf(someRecords(1)), 1);
    // On the same connection these records would never come: the fetch waits for them in front of their request.
    const other = produceRaw(address(), { topic, records: await batchOf(someRecords(1)) });
    expect(await orderOf({ waiting, behind })).toEqual(['waiting', 'behind']);
    expect(contentOf(await waiting)).toEqual([[0, [0]]]);
    expect((await other).errorCode).toBe(0);
  });

  it('of another connection do not wait for a fetch that waits', async () => {
    const wait = { maxWaitMs: 30_000, minBytes: 1 };
    const waiting = connection.request(apis.Fetch, 11, fetchOf({ topic }, [{ partition: 1 }], wait));
    const other = produceRaw(address(), { topic, records: await batchOf(someRecords(1)) });
    const released = other.then(async () =>
      produceRaw(address(), { topic, records: await batchOf(someRecords(1)), index: 1 }),
    );
    expect((await orderOf({ waiting, other, released }))[0]).toBe('other');
  });

  it('are served to the end although one before them was refused', async () => {
    const records = await batchOf(someRecords(1));
    const answers = [produce(records), produce(records, 9), produce(records)];
    expect(await offsetsOf(answers)).toEqual([0, -1, 1]);
  });
});
