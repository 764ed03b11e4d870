import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { fetchCommitted, RawProducer } from '../support/raw-transactions.js';

const NAMES = new Map([
  [true, 'commit'],
  [false, 'abort'],
]);
const VERDICTS = [true, false] as const;

describeOnEachKafka('EndTxn', (kafka: () => TestKafka) => {
  let connection: RawConnection;
  let topic: string;

  beforeAll(async () => {
    connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
    topic = await kafka().createTopic({ partitions: 3 });
  });
  afterAll(() => connection.close());

  /** A producer whose transaction has one record. */
  async function writing(version: number): Promise<RawProducer> {
    const producer = await RawProducer.create(connection);
    expect(await begin(producer, version)).toBeTypeOf('number');
    return producer;
  }

  async function begin(producer: RawProducer, version: number, sequence = 0) {
    if (version < 5) await producer.addPartitions(topic, [0]);
    return producer.produce(topic, sequence, { version: version < 5 ? 11 : 12 });
  }

  describe.each(VERDICTS)('whose answer was lost (committed: %s)', (committed) => {
    it.each(VERDICTS)('and that was applied, asked again with %s in TV2', async (again) => {
      const producer = await writing(5);
      await producer.finish(committed);
      const { error, epoch } = await producer.end(again);
      expect([error, epoch]).toEqual(again === committed ? ['OK', 1] : ['INVALID_TXN_STATE', -1]);
      expect(await producer.settled()).toBe(`Complete${committed ? 'Commit' : 'Abort'}@1`);
    });

    it.each(VERDICTS)('and that was applied, asked again with %s in TV1', async (again) => {
      const producer = await writing(4);
      await producer.finish(committed, 4);
      expect((await producer.end(again, 4)).error).toBe(again === committed ? 'OK' : 'INVALID_TXN_STATE');
      expect(await producer.settled()).toBe(`Complete${committed ? 'Commit' : 'Abort'}@0`);
    });

    it('and that never arrived: applied now, in TV2 and in TV1', async () => {
      const newer = await writing(5);
      expect(await newer.end(committed)).toMatchObject({ error: 'OK', epoch: 1 });
      const older = await writing(4);
      expect(await older.end(committed, 4)).toMatchObject({ error: 'OK', epoch: -1 });
    });

    it('arrives in the next transaction of TV2 and is refused', async () => {
      const producer = await writing(5);
      const next = await producer.finish(committed);
      await begin(next, 5);
      for (const verdict of VERDICTS) expect((await producer.end(verdict)).error).toBe('PRODUCER_FENCED');
      expect(await next.settled()).toBe('Ongoing@1');
      const last = await next.finish(true);
      for (const verdict of VERDICTS) expect((await producer.end(verdict)).error).toBe('PRODUCER_FENCED');
      expect(await last.settled()).toBe('CompleteCommit@2');
    });

    it.each(VERDICTS)('arrives in the next transaction of TV1 with %s and ends it', async (late) => {
      const producer = await writing(4);
      await producer.finish(committed, 4);
      await begin(producer, 4, 1);
      expect((await producer.end(late, 4)).error).toBe('OK');
      expect(await producer.settled()).toBe(`Complete${late ? 'Commit' : 'Abort'}@0`);
    });
  });

  it.each([4, 5])('is told to wait while markers are being written (v%i)', async (version) => {
    const seen = new Set<string>();
    for (let at = 0; at < 300 && !seen.has('CONCURRENT_TRANSACTIONS'); at++) {
      const producer = await RawProducer.create(connection);
      await producer.addPartitions(topic, [0, 1, 2]);
      const [first, again] = await Promise.all([producer.end(true, version), producer.end(true, version)]);
      expect(first.error).toBe('OK');
      seen.add(again.error);
      await producer.settled();
    }
    expect(seen).toContain('CONCURRENT_TRANSACTIONS');
  });

  it('raises the epoch with every verdict in TV2, and never in TV1', async () => {
    let newer = await writing(5);
    newer = await newer.finish(true);
    expect(await begin(newer, 5)).toBeTypeOf('number');
    newer = await newer.finish(false);
    expect(newer.epoch).toBe(2);
    const older = await writing(4);
    await older.finish(true, 4);
    await begin(older, 4, 1);
    await older.finish(false, 4);
    expect(await older.settled()).toBe('CompleteAbort@0');
  });

  it('may be of either level in one cluster', async () => {
    const producer = await writing(4);
    const next = await producer.finish(true, 5);
    expect(next.epoch).toBe(1);
    expect(await next.produce(topic, 0)).toBeTypeOf('number');
    await next.finish(true, 4);
    expect(await next.settled()).toBe('CompleteCommit@1');
  });

  it('answers an older level after a newer one by the newer epoch', async () => {
    const producer = await writing(5);
    const next = await producer.finish(true);
    expect((await next.end(true, 4)).error).toBe('OK');
    expect((await next.end(false, 4)).error).toBe('INVALID_TXN_STATE');
    expect((await producer.end(true, 4)).error).toBe('PRODUCER_FENCED');
  });

  describe('of a transaction without any record', () => {
    it('cannot commit', async () => {
      const producer = await RawProducer.create(connection);
      expect((await producer.end(true)).error).toBe('INVALID_TXN_STATE');
      expect((await producer.end(true, 4)).error).toBe('INVALID_TXN_STATE');
      expect(await producer.settled()).toBe('Empty@0');
    });

    it('aborts and raises the epoch in TV2, again and again', async () => {
      const producer = await RawProducer.create(connection);
      const next = await producer.finish(false);
      expect(next.epoch).toBe(1);
      expect(await producer.end(false)).toMatchObject({ error: 'OK', epoch: 1 });
      expect((await producer.end(true)).error).toBe('INVALID_TXN_STATE');
      expect((await next.finish(false)).epoch).toBe(2);
      expect((await producer.describe()).transactionStartTimeMs).toBeGreaterThan(0);
    });

    it('cannot abort in TV1', async () => {
      const producer = await RawProducer.create(connection);
      expect((await producer.end(false, 4)).error).toBe('INVALID_TXN_STATE');
      expect(await producer.settled()).toBe('Empty@0');
    });

    it('is taken for a repeat in TV1 after a completed one', async () => {
      const producer = await writing(4);
      await producer.finish(true, 4);
      expect((await producer.end(true, 4)).error).toBe('OK');
    });

    it.each(VERDICTS)('can only abort in TV2 after a completed one (committed: %s)', async (committed) => {
      const next = await (await writing(5)).finish(committed);
      expect((await next.end(true)).error).toBe('INVALID_TXN_STATE');
      expect(await next.end(false)).toMatchObject({ error: 'OK', epoch: 2 });
      expect(await next.settled()).toBe('CompleteAbort@2');
    });
  });

  it.each([
    [0, 'INVALID_PRODUCER_EPOCH'],
    [1, 'INVALID_PRODUCER_EPOCH'],
    [2, 'PRODUCER_FENCED'],
    [4, 'PRODUCER_FENCED'],
    [5, 'PRODUCER_FENCED'],
  ] as const)('of version %i names a wrong epoch %s', async (version, error) => {
    const producer = await writing(5);
    expect((await producer.at(7).end(true, version)).error).toBe(error);
    expect(await producer.settled()).toBe('Ongoing@0');
    await producer.finish(false);
  });

  it('of another producer id does not find the transaction', async () => {
    const producer = await writing(5);
    const other = producer.at(0, Buffer.alloc(8, 1));
    expect((await other.end(true)).error).toBe('INVALID_PRODUCER_ID_MAPPING');
    expect((await other.end(false, 4)).error).toBe('INVALID_PRODUCER_ID_MAPPING');
    await producer.finish(false);
  });

  it.each([...NAMES])('leaves the log in that state when it says so late (%s: %s)', async (committed) => {
    const mine = await kafka().createTopic();
    const producer = await RawProducer.create(connection);
    await producer.produce(mine, 0);
    await producer.finish(committed);
    await producer.end(committed);
    expect(await fetchCommitted(connection, mine)).toMatchObject({
      lastStableOffset: 2,
      abortedTransactions: committed ? [] : [{ producerId: producer.producerId, firstOffset: 0 }],
    });
  });
});
