import { describe, expect, it } from 'vitest';

import { Fault, type FaultPlan, type FaultTarget } from './fault.js';
import { noTopicNames } from './topic-entries.js';

const produce = (partition: number): FaultTarget => ({
  api: 'Produce',
  apiVersion: 9,
  clientId: 'orders',
  broker: 1,
  topicNames: noTopicNames,
  body: {
    transactionalId: 'tx-1',
    acks: -1,
    topicData: [{ name: 'a', partitionData: [{ index: partition, records: null }] }],
  },
});

const fault = (plan: Partial<FaultPlan>) => new Fault('Produce', 'request', { action: 'drop', ...plan });

describe('a fault', () => {
  it.each<[string, Partial<FaultPlan>, Partial<FaultPlan>]>([
    ['the broker', { broker: 1 }, { broker: 2 }],
    ['the client', { clientId: 'orders' }, { clientId: 'payments' }],
    ['the version', { apiVersion: 9 }, { apiVersion: 8 }],
    ['the topic', { topic: 'a' }, { topic: 'b' }],
    ['the partition', { topic: 'a', partition: 3 }, { topic: 'a', partition: 4 }],
    ['the transactional id', { transactionalId: 'tx-1' }, { transactionalId: 'tx-2' }],
    ['the group', {}, { groupId: 'g' }],
    ['what the test decides', { matches: (_body, { broker }) => broker === 1 }, { matches: () => false }],
  ])('strikes by %s', (_what, matching, other) => {
    expect([fault(matching).strikes(produce(3)), fault(other).strikes(produce(3))]).toEqual([true, false]);
  });

  it('strikes any API where none is named', () => {
    const any = new Fault('*', 'request', { action: 'drop' });
    expect([any.strikes(produce(0)), any.strikes({ ...produce(0), api: 'Fetch' }), any.hits]).toEqual([true, true, 2]);
  });

  it('lets so many pass and then strikes so often', () => {
    const second = fault({ skip: 1, times: 2 });
    expect(Array.from({ length: 4 }, () => second.strikes(produce(0)))).toEqual([false, true, true, false]);
    expect([second.hits, second.isSpent]).toEqual([2, true]);
  });

  it.each<[FaultPlan['action'], boolean]>([
    ['drop', false],
    ['hold', false],
    [{ delayMs: 1 }, false],
    [{ fragmentBytes: 1 }, false],
    [{ bytesPerSecond: 1 }, false],
    ['cut', true],
    ['black-hole', true],
    [{ throttleMs: 1 }, true],
    [{ errorCode: 7 }, true],
  ])('%j where nothing is answered strikes: %s', (action, strikes) => {
    expect(fault({ action }).strikes(produce(0), false)).toBe(strikes);
  });

  it('tells when it has struck so often', async () => {
    const awaited = fault({});
    const twice = awaited.struck(2);
    awaited.strikes(produce(0));
    awaited.strikes(produce(1));
    expect([await twice, await awaited.struck()]).toEqual([2, 2]);
  });

  it('tells that it will not strike any more', async () => {
    const removed = fault({});
    const never = removed.struck();
    removed.remove();
    await expect(never).rejects.toThrow('the fault on Produce was removed after 0 hits');
    await expect(fault({ times: 1 }).struck(2)).rejects.toThrow(RangeError);
  });

  it('lets go what it keeps, in its order', () => {
    const holding = fault({ action: 'hold' });
    const gone: string[] = [];
    for (const name of ['one', 'two']) holding.keep(() => gone.push(name));
    const forget = holding.keep(() => gone.push('forgotten'));
    forget();
    expect(holding.held).toBe(2);
    expect([holding.release(), holding.release(), holding.held, gone]).toEqual([2, 0, 0, ['one', 'two']]);
  });

  it('keeps what waits when it is removed, and lets it go when it is healed', () => {
    const hole = fault({ action: 'black-hole' });
    hole.keep(() => undefined);
    hole.remove();
    expect([hole.held, hole.strikes(produce(0))]).toEqual([1, false]);
    hole.heal();
    expect(hole.held).toBe(0);
  });
});
