import { describe, expect, it } from 'vitest';

import { run, append, EmbeddedTransactions } from './support/embedded-transactions.js';
import { deadline, staged } from './support/transactional-producers.js';

const large = 'x'.repeat(700);

describe.each([1, 2] as const)('records of a transaction at level %s', (transactionVersion) => {
  const embedded = new EmbeddedTransactions();
  const small = {
    transactionVersion,
    topics: [{ name: 'orders', partitions: 3, configs: { 'max.message.bytes': 1_000 } }],
  };

  it('are sent in smaller batches, in order, when the broker finds one too large', async () => {
    const producer = await embedded.start(small);
    const records = ['a', 'b', 'c', 'd'].map((name) => staged('orders', 0, `${name}${'.'.repeat(400)}`));
    await producer.begin(deadline());
    const outcomes = await producer.append(records, deadline());
    expect(outcomes.map((outcome) => outcome.kind === 'appended' && outcome.metadata.offset)).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    await expect.poll(async () => (await embedded.committed()).map((value) => value[0])).toEqual(['a', 'b', 'c', 'd']);
  });

  it('name the one that is too large, and those behind it as its victims', async () => {
    const producer = await embedded.start(small);
    await producer.begin(deadline());
    const records = [
      staged('orders', 0, 'before'),
      staged('orders', 0, large + large),
      staged('orders', 0, 'behind'),
      staged('orders', 1, 'elsewhere'),
    ];
    const outcomes = await producer.append(records, deadline());
    expect(outcomes).toMatchObject([
      { kind: 'appended' },
      { kind: 'refused', errorCode: 10, isNamed: true, error: { limit: 'max.message.bytes' } },
      { kind: 'refused', errorCode: 10, isNamed: false },
      { kind: 'appended' },
    ]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    expect(await run(producer, 'next')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['next']);
  });

  it('tell those the broker names from those that shared their batch', async () => {
    const configs = { 'cleanup.policy': 'compact' };
    const producer = await embedded.start({
      transactionVersion,
      topics: [{ name: 'orders', partitions: 3, configs }],
    });
    await producer.begin(deadline());
    const records = [
      staged('orders', 0, 'a', 'key'),
      staged('orders', 0, 'b'),
      staged('orders', 0, 'c', 'key'),
      staged('orders', 1, 'd', 'key'),
    ];
    const outcomes = await producer.append(records, deadline());
    expect(outcomes).toMatchObject([
      { kind: 'refused', errorCode: 87, isNamed: false },
      { kind: 'refused', errorCode: 87, isNamed: true },
      { kind: 'refused', errorCode: 87, isNamed: false },
      { kind: 'appended' },
    ]);
    expect(new Set(outcomes.map((outcome) => outcome.kind === 'refused' && outcome.batch)).size).toBe(2);
    expect(await producer.end('abort', deadline())).toEqual({ kind: 'aborted' });
  });

  it('are all refused once the transaction is lost, and the next one is well', async () => {
    const producer = await embedded.start({ transactionVersion });
    embedded.kafka.faults.onRequest('Produce', { times: 1, action: { errorCode: 'TRANSACTION_ABORTABLE' } });
    await producer.begin(deadline());
    expect(await append(producer, 'first')).toMatchObject([{ kind: 'refused', errorCode: 120 }]);
    expect(await append(producer, 'second')).toMatchObject([{ kind: 'refused', errorCode: 120, isNamed: false }]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    expect(await run(producer, 'third')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['third']);
  });

  it('are answered once when the answer to their batch is lost', async () => {
    const producer = await embedded.start({ transactionVersion });
    embedded.kafka.faults.onResponse('Produce', { times: 1, action: 'cut' });
    expect(await run(producer, 'once')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['once']);
  });

  it('are not committed when the broker has appended them, their answer was lost, and it refuses the repeat', async () => {
    const producer = await embedded.start({ transactionVersion });
    await run(producer, 'first');
    embedded.kafka.faults.onResponse('Produce', { times: 1, action: 'cut' });
    embedded.kafka.faults.onRequest('Produce', {
      times: 1,
      skip: 1,
      action: { errorCode: 'MESSAGE_TOO_LARGE' },
    });
    await producer.begin(deadline());
    expect(await append(producer, 'appended')).toMatchObject([{ kind: 'refused', errorCode: 10, isNamed: true }]);
    expect((await embedded.kafka.recordsIn('orders')).map(({ value }) => String(value))).toContain('appended');
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    // The broker counts on from the sequence it has seen: were the next record to take it, it would pass for a repeat and be lost.
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    expect(await run(producer, 'third')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['first', 'second', 'third']);
  });
});
