import { describe, expect, it } from 'vitest';

import { committerFixture, lastTold } from '../spec-support/committer-fixture.js';
import { ToldUnit } from '../spec-support/scripted-transactions.js';

describe('what does not answer', () => {
  it('is set apart with its units while all others go on, and keeps its order when it answers again', async () => {
    const { clock, brokers, committer, events, submit } = committerFixture();
    brokers.hanging.add('sick[0]');
    const first = submit('a[0] 1', 'sick[0] 1, a[0] 2', 'a[0] 3');
    await clock.advance(5_100);
    expect(lastTold(first)).toEqual(['committed', 'joined', 'committed']);
    expect(events).toEqual(['apart: sick[0] (1)']);
    const later = submit('sick[0] 2', 'a[0] 4');
    await clock.advance(100);
    expect(lastTold(later)).toEqual(['nothing', 'committed']);
    expect(committer.stats()).toMatchObject({ quarantinedUnits: 2, oldestUncommittedAgeMs: 5_200 });
    brokers.hanging.clear();
    await clock.advance(10_000);
    expect(lastTold([...first, ...later])).toEqual(Array.from({ length: 5 }, () => 'committed'));
    expect(brokers.committed('sick[0]')).toEqual(['1', '2']);
    const [afterwards] = submit('sick[0] 3');
    await clock.settle();
    expect(afterwards?.told).toEqual(['joined', 'committed']);
    expect(committer.stats()).toMatchObject({ quarantinedUnits: 0, oldestUncommittedAgeMs: 0 });
  });

  it('keeps the order of units that still waited for their group when it was set apart', async () => {
    const { clock, brokers, events, submit } = committerFixture();
    brokers.hanging.add('sick[0]');
    submit('sick[0] 1', 'a[0] 1');
    await clock.settle();
    submit('sick[0] 2');
    const note = events.push.bind(events);
    events.push = (event) => {
      submit('sick[0] 3'); // at that very moment
      return note(event);
    };
    await clock.advance(5_001);
    expect([...events]).toEqual(['apart: sick[0] (1)']);
    brokers.hanging.clear();
    await clock.advance(10_000);
    expect(brokers.committed('sick[0]')).toEqual(['1', '2', '3']);
  });

  it('is asked before the healthy partitions of its units, which are no part of the transaction while it does not answer', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.hanging.add('sick[0]');
    submit('a[0] 1, sick[0] 1');
    await clock.advance(5_100);
    const values: string[] = [];
    brokers.refuse = (value) => {
      values.push(value);
      return undefined;
    };
    await clock.advance(10_000);
    expect(values).toEqual([]);
  });

  it('keeps a chain of offsets in its order, also when only its first unit goes on waiting', async () => {
    const { clock, brokers, committer } = committerFixture();
    brokers.hanging.add('sick[0]').add('slow[0]');
    const units = ['sick[0] 1', 'slow[0] 2', 'a[0] 3'].map((record, index) => {
      const offsets = {
        groupId: 'g',
        member: 'unfenced' as const,
        offsets: [{ topic: 'in', partition: 0, offset: `${index + 1}` }],
      };
      const unit = new ToldUnit([record], [offsets]);
      committer.stageOffsets(unit, offsets);
      return unit;
    });
    for (const unit of units) committer.submit(unit);
    await clock.advance(5_100);
    brokers.hanging.delete('slow[0]');
    await clock.advance(10_000);
    expect(lastTold(units)).toEqual(['joined', 'joined', 'joined']);
    brokers.hanging.clear();
    await clock.advance(10_000);
    expect(lastTold(units)).toEqual(['committed', 'committed', 'committed']);
    expect(brokers.offsets.at(-1)).toBe('in[0] 3');
  });

  it('fails its units as aborted when commitTimeoutMs is over, with the reason', async () => {
    const { clock, brokers, submit } = committerFixture();
    brokers.hanging.add('sick[0]');
    const [unit] = submit('sick[0] 1');
    await clock.advance(36_000);
    expect(unit?.told).toEqual(['joined', 'aborted']);
    expect(unit?.error).toMatchObject({ reason: 'timeout', cause: { message: 'no answer' } });
    expect(unit?.error?.message).toContain('commitTimeoutMs (30000 ms), the last attempt failed with: no answer');
    expect(clock.pendingTimers).toBe(0);
  });

  it('holds the others up for half a second, once attempts are known to be quick', async () => {
    const { clock, brokers, submit } = committerFixture();
    for (let i = 0; i < 6; i++) {
      submit(`a[0] ${i}`);
      await clock.settle();
    }
    brokers.hanging.add('sick[0]');
    const units = submit('sick[0] 1', 'a[0] 7');
    await clock.advance(510);
    expect(lastTold(units)).toEqual(['joined', 'committed']);
  });
});
