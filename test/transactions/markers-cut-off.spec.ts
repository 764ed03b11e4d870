import { expect, it } from 'vitest';

import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline } from './support/transactional-producers.js';

const embedded = new EmbeddedTransactions();

it.each([1, 2] as const)(
  'a transaction whose marker an election cuts off is committed all the same, at level %s',
  async (transactionVersion) => {
    const topics = [{ name: 'orders', partitions: 1, replicationFactor: 3 }];
    const producer = await embedded.start({ transactionVersion, brokers: 3, topics, transactionMarkerDelayMs: 0 });
    const { kafka } = embedded;
    const followers = [1, 2, 3].filter((id) => id !== kafka.leaderOf('orders', 0));
    await producer.begin(deadline());
    await append(producer, 'cut off');
    for (const follower of followers) kafka.lagFollower('orders', 0, follower, 'stopped');
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    await expect.poll(() => kafka.recordsIn('orders')).toHaveLength(1);
    expect(kafka.transactions.get('shop-1')?.state).toBe('PrepareCommit');

    kafka.moveLeader('orders', 0, followers[0]!);
    for (const follower of followers) kafka.lagFollower('orders', 0, follower, 0);
    const other = await embedded.producers.create(['orders'], { transactionalId: 'shop-2' });
    await run(other, 'behind it');
    await expect.poll(() => embedded.committed()).toEqual(['behind it', 'cut off']);
    await expect.poll(() => kafka.transactions.get('shop-1')?.state).toBe('CompleteCommit');
  },
);
