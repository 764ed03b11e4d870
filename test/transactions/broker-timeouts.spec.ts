import { errorCode } from 'kafka-wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { committedRecordsIn, recordsIn } from '../support/batches-in.js';
import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline, TransactionalProducers } from './support/transactional-producers.js';

describe('a transactional producer of level 1', () => {
  const embedded = new EmbeddedTransactions();

  it.each(['commit', 'abort'] as const)(
    'takes no time-out of the broker behind an unanswered %s for a rival',
    async (verdict) => {
      const producer = await embedded.start(
        { transactionVersion: 1, transactionAbortIntervalMs: 20 },
        { transactionTimeoutMs: 100 },
      );
      await producer.begin(deadline());
      await append(producer, 'first');
      embedded.kafka.faults.onRequest('EndTxn', { action: 'cut' });
      const end = await producer.end(verdict, deadline(500));
      expect(end.kind).toBe(verdict === 'commit' ? 'unknown' : 'aborted');
      await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
      embedded.kafka.faults.clear();
      expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
      await expect.poll(() => embedded.committed()).toEqual(['second']);
    },
  );

  it('takes no time-out for a rival although the answer that opened the transaction was lost, too', async () => {
    const producer = await embedded.start(
      { transactionVersion: 1, transactionAbortIntervalMs: 20 },
      { transactionTimeoutMs: 100 },
    );
    await producer.begin(deadline());
    embedded.kafka.faults.onResponse('AddPartitionsToTxn', { action: 'drop' });
    embedded.kafka.faults.onRequest('EndTxn', { action: 'cut' });
    expect(await append(producer, 'first', deadline(500))).toMatchObject([
      { kind: 'refused', errorCode: errorCode('COORDINATOR_NOT_AVAILABLE') },
    ]);
    expect(await producer.end('abort', deadline(50))).toEqual({ kind: 'aborted' });
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
    embedded.kafka.faults.clear();
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
  });

  it('fences nobody while the coordinator cannot tell a time-out from a rival', async () => {
    const producer = await embedded.start(
      { transactionVersion: 1, transactionAbortIntervalMs: 20 },
      { transactionTimeoutMs: 100 },
    );
    await producer.begin(deadline());
    await append(producer, 'first');
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
    const silent = embedded.kafka.faults.onRequest('DescribeTransactions', { action: 'drop' });
    expect(await producer.end('commit', deadline(1_000))).toEqual({ kind: 'aborted' });
    await expect(producer.begin(deadline(50))).rejects.toThrow('No answer to');
    expect(silent.hits).toBeGreaterThan(0);
    silent.heal();
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
  });
});

describe('a transactional producer of level 2', () => {
  const embedded = new EmbeddedTransactions();

  it('learns that a commit it does not know of came after the time-out', async () => {
    const producer = await embedded.start(
      { transactionVersion: 2, transactionAbortIntervalMs: 20 },
      { transactionTimeoutMs: 100 },
    );
    await producer.begin(deadline());
    await append(producer, 'first');
    const lost = embedded.kafka.faults.onRequest('EndTxn', { action: 'cut' });
    const ending = producer.end('commit', deadline());
    await lost.struck();
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
    embedded.kafka.faults.clear();
    expect(await ending).toEqual({ kind: 'aborted' });
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['second']);
  });
});

describeWithOwnKafka('a transactional producer of level 1 on Apache Kafka 3.9', () => {
  let apache: ApacheKafka;
  beforeAll(async () => {
    const serverProperties = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200' };
    apache = await startApacheKafka({ kafkaVersion: '3.9.1', serverProperties });
    await apache.createTopic({ name: 'orders', partitions: 1 });
  });
  afterAll(() => apache?.stop());

  it('takes no time-out of the broker behind an unanswered commit for a rival', async () => {
    const producers = new TransactionalProducers(apache.bootstrap);
    let isSilent = false;
    const send = producers.cluster.send.bind(producers.cluster);
    producers.cluster.send = (node, request, purpose) =>
      isSilent && request.api.name === 'EndTxn' ? Promise.reject(new Error('cut')) : send(node, request, purpose);
    const producer = await producers.create(['orders'], { transactionTimeoutMs: 1_000 });
    await producer.begin(deadline());
    expect(await append(producer, 'first')).toMatchObject([{ kind: 'appended' }]);
    isSilent = true;
    expect((await producer.end('commit', deadline(500))).kind).toBe('unknown');
    // The record and the marker of its abort.
    await expect.poll(async () => (await recordsIn(apache.bootstrap, 'orders')).length, { timeout: 20_000 }).toBe(2);
    isSilent = false;
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    const seen = async (): Promise<string[]> =>
      (await committedRecordsIn(apache.bootstrap, 'orders', 0)).map(({ value }) => String(value));
    await expect.poll(seen).toEqual(['second']);
    await producers.close();
  });
});
