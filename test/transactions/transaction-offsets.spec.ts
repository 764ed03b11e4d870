import { describe, expect, it } from 'vitest';

import { append, EmbeddedTransactions, run } from './support/embedded-transactions.js';
import { deadline } from './support/transactional-producers.js';

const offsets = [{ topic: 'orders', partition: 0, offset: '5' }];
const member = { memberId: 'nobody', generationId: 3 };

describe.each([1, 2] as const)('offsets in a transaction at level %s', (transactionVersion) => {
  const embedded = new EmbeddedTransactions();

  it('are accepted without a record, and asked for once per member', async () => {
    const producer = await embedded.start({ transactionVersion });
    await producer.begin(deadline());
    const call = { groupId: 'readers', offsets, member: 'unfenced' } as const;
    expect(await producer.sendOffsets([call, call], deadline())).toEqual([{ kind: 'accepted' }, { kind: 'accepted' }]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    expect(embedded.kafka.requests('TxnOffsetCommit')).toHaveLength(1);
    expect(embedded.kafka.requests('AddOffsetsToTxn')).toHaveLength(transactionVersion === 1 ? 1 : 0);
    expect(await run(producer, 'a')).toEqual({ kind: 'committed' });
  });

  it.each([
    ['ILLEGAL_GENERATION', 22],
    ['UNKNOWN_MEMBER_ID', 25],
    ['FENCED_INSTANCE_ID', 82],
  ] as const)('abort it when their member is refused with %s, whatever is asked for', async (name, errorCode) => {
    const producer = await embedded.start({ transactionVersion });
    embedded.kafka.faults.onRequest('TxnOffsetCommit', { times: 1, action: { errorCode: name } });
    await producer.begin(deadline());
    await append(producer, 'first');
    const calls = [
      { groupId: 'readers', offsets, member },
      { groupId: 'others', offsets, member: 'unfenced' },
    ] as const;
    expect(await producer.sendOffsets(calls, deadline())).toMatchObject([
      { kind: 'refused', errorCode },
      { kind: 'accepted' },
    ]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'aborted' });
    await run(producer, 'second');
    await expect.poll(() => embedded.committed()).toEqual(['second']);
  });

  it.each([
    ['NOT_COORDINATOR', 3],
    ['COORDINATOR_LOAD_IN_PROGRESS', 3],
    ['CONCURRENT_TRANSACTIONS', 40],
  ] as const)('are sent again after %s', async (errorCode, times) => {
    const producer = await embedded.start({ transactionVersion });
    const fault = embedded.kafka.faults.onRequest('TxnOffsetCommit', { times, action: { errorCode } });
    await producer.begin(deadline());
    const call = { groupId: 'readers', offsets, member: 'unfenced' } as const;
    expect(await producer.sendOffsets([call], deadline())).toEqual([{ kind: 'accepted' }]);
    expect(await producer.end('commit', deadline())).toEqual({ kind: 'committed' });
    expect(fault.hits).toBe(times);
  });
});
