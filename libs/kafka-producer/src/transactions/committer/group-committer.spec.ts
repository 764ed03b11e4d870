import { describe, expect, it } from 'vitest';

import { AuthorizationError } from '../../errors/cluster-side.errors.js';
import { ProducerFencedError } from '../../errors/transaction.errors.js';
import { committerFixture, lastTold } from '../spec-support/committer-fixture.js';
import { type ScriptedBrokers, ToldUnit } from '../spec-support/scripted-transactions.js';

describe('the committer', () => {
  it('commits the units of one turn in one transaction, in their order, and tells each its offsets', async () => {
    const { clock, brokers, committer, submit } = committerFixture();
    const units = submit('a[0] 1', 'b[1] 2, a[0] 3', 'a[0] 4');
    await clock.settle();
    expect(brokers.transactions).toEqual([['a[0] 1', 'b[1] 2', 'a[0] 3', 'a[0] 4']]);
    expect(units.map((unit) => unit.told)).toEqual([
      ['joined', 'committed'],
      ['joined', 'committed'],
      ['joined', 'committed'],
    ]);
    expect(units[1]?.metadata).toMatchObject([
      { topic: 'b', partition: 1, offset: '0' },
      { topic: 'a', partition: 0, offset: '1' },
    ]);
    expect(committer.stats()).toEqual({
      groupsCommitted: 1,
      waitingUnits: 0,
      oldestUncommittedAgeMs: 0,
      quarantinedUnits: 0,
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes no more into a group than the brokers take at once, but always one unit', async () => {
    const { clock, brokers, committer } = committerFixture();
    const sizes = [600, 500, 5_000, 400, 400];
    for (const [index, size] of sizes.entries()) committer.submit(new ToldUnit([`a[0] ${index}`], [], size));
    await clock.advance(100);
    expect(brokers.transactions.map((each) => each.length)).toEqual([1, 1, 1, 2]);
    expect(brokers.committed('a[0]')).toEqual(['0', '1', '2', '3', '4']);
  });

  it('gathers the next group while one commits, and begins it when EndTxn is answered', async () => {
    const { clock, brokers, submit } = committerFixture();
    let answer!: () => void;
    brokers.holdEnd = new Promise((resolve) => (answer = resolve));
    submit('a[0] 1');
    await clock.settle();
    submit('a[0] 2');
    await clock.advance(50);
    submit('a[0] 3');
    await clock.advance(50);
    expect(brokers.attempts).toBe(1);
    answer();
    await clock.settle();
    expect(brokers.transactions).toEqual([['a[0] 1'], ['a[0] 2', 'a[0] 3']]);
  });

  it('takes another transactional id for the next group under load', async () => {
    const { clock, brokers, submit } = committerFixture();
    for (let i = 0; i < 10; i++) {
      submit(`a[0] ${i}`);
      await clock.settle();
    }
    expect(brokers.producers.map(({ transactionalId }) => transactionalId)).toEqual(['id-0', 'id-1', 'id-2']);
  });

  it('needs one transactional id when it commits now and then', async () => {
    const { clock, brokers, submit } = committerFixture();
    for (let i = 0; i < 10; i++) {
      submit(`a[0] ${i}`);
      await clock.advance(1_000);
    }
    expect(brokers.producers).toHaveLength(1);
  });
});

describe('a commit', () => {
  it('that brokers had aborted is run again', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.ends.push('aborted');
    const units = submit('a[0] 1', 'a[0] 2');
    await clock.advance(100);
    expect(lastTold(units)).toEqual(['committed', 'committed']);
    expect(brokers.attempts).toBe(2);
  });

  it('without an answer is unknown, never run again, and told when it is known', async () => {
    const { clock, brokers, events, submit } = committerFixture();
    brokers.ends.push('unknown');
    const units = submit('a[0] 1');
    await clock.advance(100);
    expect(units[0]?.told).toEqual(['joined', 'unknown']);
    expect(units[0]?.error?.message).toContain("'id-0'");
    submit('a[0] 2');
    await clock.settle();
    expect(brokers.transactions).toEqual([['a[0] 2']]);
    expect(events).toEqual([]);
    brokers.settle('committed');
    await clock.settle();
    expect(events).toEqual(['late: committed']);
  });

  it.each([
    [
      'when it begins',
      (brokers: ScriptedBrokers) => brokers.beginErrors.push(new ProducerFencedError({ transactionalId: 'id-0' })),
    ],
    ['when it ends', (brokers: ScriptedBrokers) => brokers.ends.push('fenced')],
    [
      'when its records are refused',
      (brokers: ScriptedBrokers) => {
        brokers.refuse = () => ({ errorCode: 47, isNamed: false });
        brokers.isFenced = true;
      },
    ],
  ])('of an id that another process has ends everything, once: %s', async (_title, arrange) => {
    const { clock, brokers, events, submit } = committerFixture();
    arrange(brokers);
    const units = submit('a[0] 1', 'a[0] 2');
    await clock.settle();
    expect(lastTold(units)).toEqual(['aborted', 'aborted']);
    expect(units[0]?.error).toBeInstanceOf(ProducerFencedError);
    const later = submit('a[0] 3');
    await clock.settle();
    expect(later[0]?.error).toBeInstanceOf(ProducerFencedError);
    expect(brokers.attempts).toBe(1);
    expect(events).toEqual(['fenced']);
  });

  it('that may not use our ids fails at once, and the next one tries again', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.beginErrors.push(
      new AuthorizationError({ resource: 'transactional id', name: 'id-0', operation: 'Write' }),
    );
    const units = submit('a[0] 1');
    await clock.settle();
    expect(units[0]?.error).toMatchObject({ reason: 'rejected', cause: { code: 'KAFKA_PRODUCER_AUTHORIZATION' } });
    submit('a[0] 2');
    await clock.settle();
    expect(brokers.committed('a[0]')).toEqual(['2']);
  });

  it('that cannot begin goes to the next id, until its time is over', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.beginErrors.push(...Array.from({ length: 3 }, () => new Error('no coordinator')));
    const units = submit('a[0] 1');
    await clock.advance(1_000);
    expect(lastTold(units)).toEqual(['committed']);
    expect(brokers.producers.length).toBeGreaterThan(1);
    brokers.beginErrors.push(...Array.from({ length: 1_000 }, () => new Error('no coordinator')));
    const [late] = submit('a[0] 2');
    await clock.advance(31_000);
    expect(late?.error).toMatchObject({ reason: 'timeout', cause: { message: 'no coordinator' } });
    expect(brokers.beginErrors.length).toBeGreaterThan(700);
  });
});

describe('a unit that waits', () => {
  it('can be withdrawn until it joins a group, and never after', async () => {
    const { clock, brokers, committer, submit } = committerFixture();
    const [first] = submit('a[0] 1');
    const [withdrawn] = submit('a[0] 2');
    expect(committer.withdraw(withdrawn!)).toBe(true);
    await clock.settle();
    expect(committer.withdraw(first!)).toBe(false);
    expect(brokers.committed('a[0]')).toEqual(['1']);
    expect(withdrawn?.told).toEqual([]);
  });

  it('is aborted when the producer closes, which waits for the verdict of those that joined', async () => {
    const { clock, brokers, committer, submit } = committerFixture();
    let answer!: () => void;
    brokers.holdEnd = new Promise((resolve) => (answer = resolve));
    const [joined] = submit('a[0] 1');
    await clock.settle();
    const [waiting] = submit('a[0] 2');
    let isClosed = false;
    const closing = committer.close(10_000).then(() => (isClosed = true));
    await clock.advance(1_000);
    expect(waiting?.error).toMatchObject({ reason: 'cancelled' });
    expect(isClosed).toBe(false);
    answer();
    await clock.settle();
    await closing;
    expect(joined?.told).toEqual(['joined', 'committed']);
    expect(submit('a[0] 3')[0]?.error).toMatchObject({ reason: 'cancelled' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is unknown when closing takes too long and its EndTxn may have been written', async () => {
    const { clock, brokers, committer, submit } = committerFixture();
    brokers.holdEnd = new Promise(() => {});
    const [ending] = submit('a[0] 1');
    await clock.settle();
    const closing = committer.close(1_000);
    await clock.advance(1_000);
    await closing;
    expect(ending?.told).toEqual(['joined', 'unknown']);
    expect(ending?.error).toMatchObject({ transactionalId: 'id-0' });
  });

  it('is aborted when closing takes too long and its EndTxn was not written', async () => {
    const { clock, brokers, committer, submit } = committerFixture();
    brokers.hanging.add('sick[0]');
    const [appending] = submit('sick[0] 1');
    await clock.settle();
    const closing = committer.close(1_000);
    await clock.advance(1_000);
    await closing;
    expect(appending?.told).toEqual(['joined', 'aborted']);
  });
});
