import { describe, expect, it } from 'vitest';

import { goals, judge } from '../../bench/goals.mjs';
import { ratioOf, rotated } from '../../bench/statistics.mjs';

const OURS = 'ours-per-100';
const KAFKAJS = 'kafkajs';

function run(peer: string, round: number, messagesPerSecond: number, problem?: string) {
  return { workload: 'W9', peer, round, result: { messagesPerSecond }, problem, loadAverage: 0 };
}

/** Only what the goals of W9 look at. */
const judged = (runs: readonly ReturnType<typeof run>[], peerNames = [OURS, KAFKAJS]) =>
  judge(runs as never, ['W9'], peerNames, ratioOf);

const ofRounds = (ours: readonly number[], theirs: readonly number[]) => [
  ...ours.map((rate, at) => run(OURS, at + 1, rate)),
  ...theirs.map((rate, at) => run(KAFKAJS, at + 1, rate)),
];

describe('the goals of the benchmark', () => {
  it('are met or missed by the median of the ratios within a round', () => {
    expect(judged(ofRounds([2000, 3000, 100], [100, 100, 100]))).toMatchObject([
      { outcome: 'met', ratio: { median: 20 } },
    ]);
    expect(judged(ofRounds([1900, 3000, 100], [100, 100, 100]))).toMatchObject([{ outcome: 'missed' }]);
  });

  it('are not about a run with a problem: who is not exactly once wins nothing by it', () => {
    const runs = [run(OURS, 1, 9000, 'NOT EXACTLY ONCE'), run(KAFKAJS, 1, 100)];
    expect(judged(runs)).toMatchObject([{ outcome: 'not measured' }]);
  });

  it('are of peers that were asked for, both of them', () => {
    expect(judged(ofRounds([2000], [100]), [KAFKAJS])).toEqual([]);
    expect(judged(ofRounds([2000], [100]), [OURS])).toEqual([]);
    expect(judged(ofRounds([2000], [100]), ['ours', KAFKAJS])).toEqual([]);
  });

  it('each have one bound', () => {
    for (const { atLeast, atMost } of goals)
      expect([atLeast, atMost].filter((bound) => bound !== undefined)).toHaveLength(1);
  });
});

describe('the order of a round', () => {
  it('begins with another one each time and has all of them', () => {
    expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
    expect(rotated([], 5)).toEqual([]);
  });
});
