import { describe, expect, it } from 'vitest';

import { ProducerFencedError } from '../../libs/kafka-producer/src/errors/transaction.errors.js';
import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline, staged } from './support/transactional-producers.js';

describe.each([1, 2] as const)('a transactional producer at level %s', (transactionVersion) => {
  const embedded = new EmbeddedTransactions();

  it('makes all records of a transaction visible or none, on partitions of several leaders', async () => {
    const producer = await embedded.start({ transactionVersion, brokers: 3 });
    for (const [name, verdict] of [
      ['a', 'commit'],
      ['b', 'abort'],
      ['c', 'commit'],
      ['d', 'commit'],
    ] as const) {
      await producer.begin(deadline());
      const records = [0, 1, 2].map((partition) => staged('orders', partition, `${name}${partition}`));
      const outcomes = await producer.append(records, deadline());
      expect(outcomes.map(({ kind }) => kind)).toEqual(['appended', 'appended', 'appended']);
      expect(await producer.end(verdict, deadline())).toEqual({ kind: verdict === 'commit' ? 'committed' : 'aborted' });
    }
    await expect.poll(() => embedded.committed()).toEqual(['a0', 'a1', 'a2', 'c0', 'c1', 'c2', 'd0', 'd1', 'd2']);
    expect(await embedded.kafka.recordsIn('orders')).toHaveLength(12);
  });

  it('asks no broker to end a transaction in which nothing was sent', async () => {
    const producer = await embedded.start({ transactionVersion });
    for (const [verdict, kind] of [
      ['commit', 'committed'],
      ['abort', 'aborted'],
    ] as const) {
      await producer.begin(deadline());
      expect(await producer.end(verdict, deadline())).toEqual({ kind });
    }
    expect(embedded.kafka.requests('EndTxn')).toEqual([]);
    await run(producer, 'a');
    await expect.poll(() => embedded.committed()).toEqual(['a']);
  });

  it.each([
    ['was applied', 'commit', 'onResponse', 'committed'],
    ['was applied', 'abort', 'onResponse', 'aborted'],
    ['never arrived', 'commit', 'onRequest', 'committed'],
    ['never arrived', 'abort', 'onRequest', 'aborted'],
  ] as const)('learns what became of a transaction whose EndTxn %s, on %s', async (_, verdict, side, kind) => {
    const producer = await embedded.start({ transactionVersion });
    const fault = embedded.kafka.faults[side]('EndTxn', { times: 1, action: 'cut' });
    expect(await run(producer, 'first', verdict)).toEqual({ kind });
    expect(fault.hits).toBe(1);
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(verdict === 'commit' ? ['first', 'second'] : ['second']);
  });

  it('begins the next transaction under another epoch when a copy of a batch may still arrive', async () => {
    const producer = await embedded.start({ transactionVersion });
    const epochs: number[] = [];
    embedded.kafka.faults.onRequest('EndTxn', {
      action: 'cut',
      matches: ({ producerEpoch }) => {
        epochs.push(producerEpoch);
        return false;
      },
    });
    await run(producer, 'a');
    await run(producer, 'b');
    const lost = embedded.kafka.faults.onResponse('Produce', { times: 1, action: 'cut' });
    await run(producer, 'c');
    expect(lost.hits).toBe(1);
    await run(producer, 'd');
    expect(epochs).toEqual(transactionVersion === 1 ? [0, 0, 0, 1] : [0, 1, 2, 3]);
    await expect.poll(() => embedded.committed()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('ends a transaction whose abort had no answer as soon as a broker listens, although nothing else is asked of it', async () => {
    const producer = await embedded.start(
      { transactionVersion },
      { requestTimeoutMs: 200, transactionTimeoutMs: 60_000 },
    );
    await producer.begin(deadline());
    await append(producer, 'a');
    const unheard = (['EndTxn', 'InitProducerId'] as const).map((api) =>
      embedded.kafka.faults.onRequest(api, { action: 'drop' }),
    );
    expect(await producer.end('abort', deadline(500))).toEqual({ kind: 'aborted' });
    expect(embedded.kafka.transactions.get('shop-1')?.state).toBe('Ongoing');
    expect(unheard[0]!.hits).toBeGreaterThan(0);
    embedded.kafka.faults.clear();
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state, { timeout: 20_000 }).not.toBe('Ongoing');
    expect(await run(producer, 'b')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['b']);
  });

  it('does not let a late EndTxn end the next transaction', async () => {
    const producer = await embedded.start({ transactionVersion }, { requestTimeoutMs: 200 });
    const late = embedded.kafka.faults.onRequest('EndTxn', { times: 1, action: 'hold' });
    expect(await run(producer, 'first')).toEqual({ kind: 'committed' });
    await producer.begin(deadline());
    await append(producer, 'second');
    expect(late.release()).toBe(1);
    await embedded.kafka.requestSeen('EndTxn', () => embedded.kafka.requests('EndTxn').length >= 2);
    await append(producer, 'third');
    await producer.end('abort', deadline());
    await run(producer, 'fourth');
    await expect.poll(() => embedded.committed()).toEqual(['first', 'fourth']);
  });

  it('does not let a late batch of an aborted transaction into the next one', async () => {
    const producer = await embedded.start({ transactionVersion });
    await run(producer, 'first');
    const late = embedded.kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    await producer.begin(deadline());
    const given = await append(producer, 'late', deadline(200));
    expect(given.map(({ kind }) => kind)).toEqual(['unanswered']);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    await producer.begin(deadline());
    expect(late.release()).toBe(1);
    await append(producer, 'good');
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['first', 'good']);
  });

  it.each(['InitProducerId', 'AddPartitionsToTxn', 'Produce', 'EndTxn'] as const)(
    'gets through forty answers CONCURRENT_TRANSACTIONS to %s',
    async (api) => {
      const producer = await embedded.start({ transactionVersion, brokers: 3 });
      const storm = embedded.kafka.faults.onRequest(api, { times: 40, action: { errorCode: 51 } });
      await producer.begin(deadline());
      const outcomes = await producer.append(
        [0, 1, 2].map((partition) => staged('orders', partition, `a${partition}`)),
        deadline(),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(['appended', 'appended', 'appended']);
      expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
      expect(storm.hits).toBe(40);
      await expect.poll(() => embedded.committed()).toEqual(['a0', 'a1', 'a2']);
    },
  );

  it('follows its coordinator to another broker in the middle of a transaction', async () => {
    const producer = await embedded.start({ transactionVersion, brokers: 3 });
    await run(producer, 'first');
    await producer.begin(deadline());
    await append(producer, 'second');
    const [before] = embedded.kafka.requests('InitProducerId').map(({ broker }) => broker);
    const others = [1, 2, 3].filter((id) => id !== before);
    for (const partition of [0, 1, 2]) embedded.kafka.moveLeader('__transaction_state', partition, others[0]!);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    await run(producer, 'third');
    await expect.poll(() => embedded.committed()).toEqual(['first', 'second', 'third']);
  });

  it('goes on when the broker has timed its transaction out before the commit', async () => {
    const producer = await embedded.start(
      { transactionVersion, transactionAbortIntervalMs: 20 },
      { transactionTimeoutMs: 100 },
    );
    await producer.begin(deadline());
    await append(producer, 'first');
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['second']);
  });

  it('goes on when the broker has timed its transaction out before the next record', async () => {
    const producer = await embedded.start(
      { transactionVersion, transactionAbortIntervalMs: 20 },
      { transactionTimeoutMs: 100 },
    );
    await producer.begin(deadline());
    await append(producer, 'first');
    await expect.poll(() => embedded.kafka.transactions.get('shop-1')?.state).toBe('CompleteAbort');
    expect(await append(producer, 'second')).toMatchObject([{ kind: 'refused', errorCode: 47 }]);
    expect(await append(producer, 'third')).toMatchObject([{ kind: 'refused', errorCode: 47, isNamed: false }]);
    expect(await producer.end('abort', deadline())).toEqual({ kind: 'aborted' });
    expect(await run(producer, 'fourth')).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['fourth']);
  });

  it('does not know a commit that nobody answers, asks on, and begins nothing before it does', async () => {
    const producer = await embedded.start({ transactionVersion });
    await producer.begin(deadline());
    await append(producer, 'first');
    embedded.kafka.faults.onRequest('EndTxn', { action: 'cut' });
    const end = await producer.end('commit', deadline(100));
    if (end.kind !== 'unknown') throw new Error(`the end is ${end.kind}`);
    await expect(producer.begin(deadline(50))).rejects.toThrow('No answer to EndTxn');
    embedded.kafka.faults.clear();
    expect(await run(producer, 'second')).toEqual({ kind: 'committed' });
    expect(await end.settled).toBe('committed');
    await expect.poll(() => embedded.committed()).toEqual(['first', 'second']);
  });

  it('begins nothing while its abort has no answer', async () => {
    const producer = await embedded.start({ transactionVersion });
    await producer.begin(deadline());
    await append(producer, 'first');
    const held = embedded.kafka.faults.onRequest('EndTxn', { times: 1, action: 'hold' });
    const aborting = producer.end('abort', deadline());
    await held.struck();
    await expect(producer.begin(deadline(50))).rejects.toThrow('No answer to EndTxn');
    const next = producer.begin(deadline());
    held.release();
    expect(await aborting).toEqual({ kind: 'aborted' });
    await next;
    await append(producer, 'second');
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    await expect.poll(() => embedded.committed()).toEqual(['second']);
  });

  it('is fenced by a second producer with its id that has aborted, too', async () => {
    const first = await embedded.start({ transactionVersion });
    await first.begin(deadline());
    await append(first, 'first');
    await run(await embedded.producers.create(['orders']), 'second', 'abort');
    expect((await first.end('commit', deadline())).kind).toBe('fenced');
  });

  it('is fenced for good by a second producer with its id', async () => {
    const first = await embedded.start({ transactionVersion });
    await first.begin(deadline());
    await append(first, 'first');
    const second = await embedded.producers.create(['orders']);
    await run(second, 'second');
    expect(await first.end('commit', deadline())).toMatchObject({
      kind: 'fenced',
      error: expect.any(ProducerFencedError),
    });
    await expect(first.begin(deadline())).rejects.toThrow("transactional.id 'shop-1'");
    await run(second, 'third');
    await expect.poll(() => embedded.committed()).toEqual(['second', 'third']);
  });
});
