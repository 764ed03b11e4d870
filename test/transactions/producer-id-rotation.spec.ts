import { describe, expect, it } from 'vitest';

import { RawConnection } from '../support/raw-connection.js';
import { RawProducer } from '../support/raw-transactions.js';
import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline } from './support/transactional-producers.js';

const LAST_EPOCH = 32_766;

describe.each([1, 2] as const)('a transactional producer at level %s and the last epoch', (transactionVersion) => {
  const embedded = new EmbeddedTransactions();

  /** Its first epoch will be the one after this. */
  async function raiseEpochTo(epoch: number): Promise<void> {
    const connection = await RawConnection.open(embedded.kafka.bootstrap[0]!);
    const raw = await RawProducer.create(connection, { transactionalId: 'shop-1' });
    for (let at = 0; at < epoch; at += 500) {
      const epochs = Array.from({ length: Math.min(500, epoch - at) }, (_, step) => at + step);
      await Promise.all(epochs.map((one) => raw.at(one).reinit()));
    }
    connection.close();
  }

  const known = () => embedded.kafka.transactions.get('shop-1')!;

  it('goes on under another producer id', async () => {
    const producer = await embedded.start({ transactionVersion });
    await raiseEpochTo(LAST_EPOCH - 3);
    const { producerId } = known();
    for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect(await run(producer, value, value === 'f' ? 'commit' : 'abort')).toEqual({
        kind: value === 'f' ? 'committed' : 'aborted',
      });
    }
    expect(known().producerId).not.toBe(producerId);
    await expect.poll(() => embedded.committed()).toEqual(['f']);
  });

  it('asks on from the last epoch when the answer that gave it was lost', async () => {
    const producer = await embedded.start({ transactionVersion });
    await raiseEpochTo(LAST_EPOCH - 2);
    await producer.begin(deadline());
    await append(producer, 'a');
    embedded.kafka.faults.onRequest('EndTxn', { action: 'cut' });
    expect(await producer.end('abort', deadline(100))).toEqual({ kind: 'aborted' });
    embedded.kafka.faults.clear();
    const lost = embedded.kafka.faults.onResponse('InitProducerId', { skip: 1, times: 1, action: 'cut' });
    expect(await run(producer, 'b')).toEqual({ kind: 'committed' });
    expect(lost.hits).toBe(1);
    await expect.poll(() => embedded.committed()).toEqual(['b']);
  });
});
