import { beforeEach, describe, expect, it } from 'vitest';

import { InvalidRecordError } from '../../errors/record.errors.js';
import type { ManualClock } from '../../support/spec-support/manual-clock.js';
import { committerFixture } from '../spec-support/committer-fixture.js';
import { type ScriptedBrokers, ToldUnit } from '../spec-support/scripted-transactions.js';
import type { ConsumedOffsets, GroupMember } from '../unit/consumed-offsets.js';
import type { GroupCommitter } from './group-committer.js';

const MEMBER: GroupMember = { memberId: 'm', generationId: 1 };
let clock: ManualClock;
let brokers: ScriptedBrokers;
let committer: GroupCommitter;

beforeEach(() => {
  ({ clock, brokers, committer } = committerFixture());
});

function offsetsAt(offset: number, member: ConsumedOffsets['member'] = MEMBER, partition = 0): ConsumedOffsets {
  return { groupId: 'g', member, offsets: [{ topic: 'in', partition, offset: String(offset) }] };
}

/** A unit that has staged, and is at work. */
function staged(offset: number, record = `out[0] ${offset}`, member?: ConsumedOffsets['member']): ToldUnit {
  const unit = new ToldUnit([record], [offsetsAt(offset, member)]);
  committer.stageOffsets(unit, unit.offsets[0]!);
  return unit;
}

describe('units with offsets of one partition', () => {
  it('are committed in the order of their offsets, whichever is done first', async () => {
    const units = [staged(10), staged(20), staged(30)];
    committer.submit(units[2]!);
    await clock.settle();
    committer.submit(units[1]!);
    await clock.settle();
    expect(brokers.offsets).toEqual([]);
    committer.submit(units[0]!);
    await clock.advance(100);
    expect(brokers.offsets).toEqual(['in[0] 10', 'in[0] 20', 'in[0] 30']);
    expect(units.map(({ told }) => told.at(-1))).toEqual(['committed', 'committed', 'committed']);
  });

  it('fail behind one that failed: queued ones, those in its group, and those still at work', async () => {
    brokers.refuse = (value) => (value === 'bad' ? { errorCode: 87, isNamed: true } : undefined);
    const before = staged(5);
    const poisoned = staged(10, 'out[0] bad');
    const inGroup = staged(20);
    const atWork = staged(30);
    const behindAll = staged(40);
    for (const unit of [before, poisoned, inGroup, behindAll]) committer.submit(unit);
    await clock.advance(100);
    expect([before, poisoned, inGroup, atWork, behindAll].map(({ told }) => told.at(-1))).toEqual([
      'committed',
      'aborted',
      'aborted',
      'predecessor failed',
      'aborted',
    ]);
    expect(inGroup.error).toMatchObject({ reason: 'predecessor-failed' });
    expect(brokers.offsets).toEqual(['in[0] 5']);
    const again = staged(10);
    committer.submit(again);
    await clock.settle();
    expect(again.told.at(-1)).toBe('committed');
  });

  it('stay behind each other when a unit of a former generation stages its offsets between them', async () => {
    const next = { memberId: 'm', generationId: 2 };
    const first = staged(10, 'out[0] 10', next);
    staged(15);
    const second = staged(20, 'out[0] 20', next);
    committer.submit(second);
    await clock.settle();
    expect(brokers.offsets).toEqual([]);
    committer.dropOffsets(first);
    expect(second.told.at(-1)).toBe('aborted');
    expect(second.error).toMatchObject({ reason: 'predecessor-failed' });
  });

  it('keep their order when the later one waits apart for what is sick, and the earlier one does not', async () => {
    let answer = (): void => {};
    brokers.hanging.add('sick[0]');
    committer.submit(new ToldUnit(['sick[0] 1']));
    await clock.advance(5_100);
    brokers.holdEnd = new Promise((resolve) => (answer = resolve));
    const [first, second] = [staged(10), staged(20, 'sick[0] 20')];
    committer.submit(first);
    await clock.settle();
    brokers.holdEnd = Promise.resolve();
    committer.submit(second);
    brokers.hanging.clear();
    await clock.advance(10_000);
    expect(brokers.committed('sick[0]')).toEqual(['1']);
    answer();
    await clock.advance(10_000);
    expect(brokers.offsets).toEqual(['in[0] 10', 'in[0] 20']);
    expect(brokers.committed('sick[0]')).toEqual(['1', '20']);
  });

  it('are all unknown, not aborted, when the transaction that they share is', async () => {
    brokers.ends.push('unknown');
    const units = [staged(10), staged(20)];
    for (const unit of units) committer.submit(unit);
    await clock.settle();
    expect(units.map(({ told }) => told.at(-1))).toEqual(['unknown', 'unknown']);
  });

  it('fail when one before them ends without being submitted', () => {
    const [first, second] = [staged(10), staged(20)];
    committer.dropOffsets(first);
    expect(second.told).toEqual(['predecessor failed']);
  });

  it.each([22, 25, 82])(
    'fail with their whole member when brokers refuse it (error %i), and no others',
    async (code) => {
      brokers.refuseOffsets = ({ member }) => (member !== 'unfenced' && member.memberId === 'stale' ? code : 0);
      const stale = { memberId: 'stale', generationId: 1 };
      const units = [staged(10, 'out[0] 1', stale), new ToldUnit(['out[0] 2']), staged(20, 'out[0] 3', stale)];
      for (const unit of units) committer.submit(unit);
      await clock.advance(100);
      expect(units.map(({ told }) => told.at(-1))).toEqual(['aborted', 'committed', 'aborted']);
      expect(brokers.committed('out[0]')).toEqual(['2']);
    },
  );

  it('wait for one that is set apart, and do not overtake it', async () => {
    brokers.hanging.add('sick[0]');
    const apart = staged(10, 'sick[0] 1');
    committer.submit(apart);
    await clock.advance(5_100);
    const behind = staged(20);
    committer.submit(behind);
    await clock.advance(1_000);
    expect(behind.told).toEqual([]);
    brokers.hanging.clear();
    await clock.advance(10_000);
    expect(brokers.offsets).toEqual(['in[0] 10', 'in[0] 20']);
  });
});

describe('an offset', () => {
  it('that is not above the last staged one is refused, and nothing of the call is staged', () => {
    staged(20);
    const unit = new ToldUnit([]);
    const both = {
      ...offsetsAt(5, MEMBER, 1),
      offsets: [...offsetsAt(5, MEMBER, 1).offsets, ...offsetsAt(20).offsets],
    };
    expect(() => committer.stageOffsets(unit, both)).toThrow(InvalidRecordError);
    expect(() => committer.stageOffsets(unit, both)).toThrow(
      "the offset 20 of partition 0 for group 'g' is not above 20",
    );
    expect(() => committer.stageOffsets(unit, offsetsAt(5, MEMBER, 1))).not.toThrow();
  });

  it('that is not above the last committed one is refused, unless the consumer is a new one or not fenced', async () => {
    const unit = staged(20);
    committer.submit(unit);
    await clock.settle();
    expect(() => staged(20)).toThrow(InvalidRecordError);
    expect(() => staged(20, 'out[0] 1', { memberId: 'm', generationId: 2 })).not.toThrow();
    const unfenced = staged(20, 'out[0] 1', 'unfenced');
    committer.submit(unfenced);
    await clock.settle();
    expect(() => staged(7, 'out[0] 1', 'unfenced')).not.toThrow();
  });

  it('may follow lower ones of its own unit', async () => {
    const unit = new ToldUnit(['out[0] 1'], [offsetsAt(10), offsetsAt(11)]);
    for (const each of unit.offsets) committer.stageOffsets(unit, each);
    expect(() => committer.stageOffsets(unit, offsetsAt(11))).toThrow(InvalidRecordError);
    committer.submit(unit);
    await clock.settle();
    expect(unit.told.at(-1)).toBe('committed');
  });
});
