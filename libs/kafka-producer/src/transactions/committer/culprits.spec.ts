import { describe, expect, it } from 'vitest';

import { committerFixture, lastTold } from '../spec-support/committer-fixture.js';

describe('a unit with a record that brokers refuse', () => {
  it('fails alone, and the others are committed in the next transaction', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.refuse = (value) => (value === 'bad' ? { errorCode: 87, isNamed: true } : undefined);
    const units = submit('a[0] 1', 'a[0] bad, b[0] 2', 'a[0] 3');
    await clock.advance(100);
    expect(lastTold(units)).toEqual(['committed', 'aborted', 'committed']);
    expect(units[1]?.error).toMatchObject({
      code: 'KAFKA_PRODUCER_TRANSACTION_ABORTED',
      reason: 'rejected',
      cause: { errorCode: 87 },
    });
    expect(brokers.transactions).toEqual([['a[0] 1', 'a[0] 3']]);
  });

  it.each([
    ['every unit of a topic we may not write to', 29, 'a[0] bad', ['aborted', 'aborted', 'committed', 'aborted']],
    ['every unit of a topic that is none', 17, 'a[0] bad', ['aborted', 'aborted', 'committed', 'aborted']],
    ['every unit of a partition that does not exist', 3, 'a[0] bad', ['aborted', 'committed', 'committed', 'aborted']],
  ])('takes along %s', async (_title, errorCode, record, expected) => {
    const { clock, brokers, submit } = committerFixture();
    brokers.refuse = (value) => (value === 'bad' ? { errorCode, isNamed: false } : undefined);
    const units = submit(record, 'a[1] 1', 'b[0] 2', 'a[0] 3');
    await clock.advance(100);
    expect(lastTold(units)).toEqual(expected);
  });

  it.each([10, 2, 44, 87, -1])(
    'is found by transactions of their own when the broker names nobody (error %i), and nobody overtakes anybody',
    async (errorCode) => {
      const { clock, brokers, submit } = committerFixture();
      brokers.refuse = (value, transaction) =>
        value.startsWith('s') && transaction.includes('s-bad') ? { errorCode, isNamed: false } : undefined;
      const units = submit('a[0] 1', 'b[0] s1', 'a[0] 2', 'b[0] s-bad', 'b[0] s3', 'a[0] 3', 'a[0] 4');
      await clock.advance(1_000);
      expect(lastTold(units)).toEqual([
        'committed',
        'committed',
        'committed',
        'aborted',
        'committed',
        'committed',
        'committed',
      ]);
      expect(brokers.transactions).toEqual([['a[0] 1'], ['b[0] s1'], ['a[0] 2'], ['b[0] s3'], ['a[0] 3', 'a[0] 4']]);
    },
  );

  it.each([47, 48, 49, 120, 45])(
    'is nobody when the transaction failed (error %i): all run again',
    async (errorCode) => {
      const { clock, brokers, submit } = committerFixture();
      let times = 3;
      brokers.refuse = () => (times-- > 0 ? { errorCode, isNamed: true } : undefined);
      const units = submit('a[0] 1', 'a[0] 2');
      await clock.advance(1_000);
      expect(lastTold(units)).toEqual(['committed', 'committed']);
      expect(brokers.committed('a[0]')).toEqual(['1', '2']);
    },
  );
});
