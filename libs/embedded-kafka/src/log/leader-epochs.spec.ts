import { describe, expect, it } from 'vitest';
import { LeaderEpochs } from './leader-epochs.js';

/** `[epoch, start offset]` */
function epochsOf(...begun: readonly (readonly [number, number])[]): LeaderEpochs {
  const epochs = new LeaderEpochs();
  for (const [epoch, startOffset] of begun) epochs.begin(epoch, startOffset);
  return epochs;
}

describe('LeaderEpochs', () => {
  it.each([
    ['the latest epoch ends with the log', 5, { leaderEpoch: 5, endOffset: 20 }],
    ['an epoch ends where the next begins', 2, { leaderEpoch: 2, endOffset: 10 }],
    ['an epoch nobody wrote under stands for the one before', 3, { leaderEpoch: 2, endOffset: 10 }],
    ['an epoch from before the log ends where the log begins', 0, { leaderEpoch: 0, endOffset: 4 }],
    ['an epoch that is yet to come is unknown', 6, { leaderEpoch: -1, endOffset: -1 }],
    ['no epoch is unknown', -1, { leaderEpoch: -1, endOffset: -1 }],
  ])('%s', (_name, epoch, end) => {
    expect(epochsOf([1, 4], [2, 6], [5, 10]).endOf(epoch, 20)).toEqual(end);
  });

  it('forgets a leader that wrote nothing', () => {
    const epochs = epochsOf([0, 0], [1, 5], [2, 5]);
    expect(epochs.endOf(1, 9)).toEqual({ leaderEpoch: 0, endOffset: 5 });
  });

  it('keeps the epoch of the first record when the log begins later', () => {
    const epochs = epochsOf([0, 0], [1, 5], [2, 8]);
    epochs.truncateBefore(6);
    expect(epochs.earliest).toEqual({ epoch: 1, startOffset: 6 });
    expect(epochs.endOf(0, 9)).toEqual({ leaderEpoch: 0, endOffset: 6 });
  });

  it('forgets epochs of records that are cut off the end', () => {
    const epochs = epochsOf([0, 0], [1, 5], [2, 8]);
    epochs.truncateFrom(8);
    expect(epochs.latest).toBe(1);
  });
});
