import { describe, expect, it } from 'vitest';
import { ProducerState, type ProducerClaim } from './producer-state.js';
import { MAX_SEQUENCE } from './sequence.js';

/** `[epoch, base sequence, records]` */
type Batch = readonly [epoch: number, baseSequence: number, recordCount: number];

function claim([producerEpoch, baseSequence, recordCount]: Batch): ProducerClaim {
  return { producerEpoch, baseSequence, lastOffsetDelta: recordCount - 1 };
}

/** A state after these batches were appended back to back from offset 0. */
function stateAfter(batches: readonly Batch[]): ProducerState {
  const state = new ProducerState();
  let offset = 0;
  for (const batch of batches) {
    expect(state.judge(claim(batch)).kind).toBe('append');
    state.remember(claim(batch), offset, offset + 100);
    offset += batch[2];
  }
  return state;
}

const six: Batch[] = [0, 1, 2, 3, 4, 5].map((index) => [0, index * 2, 2]);

describe('ProducerState', () => {
  const rows: [name: string, appended: readonly Batch[], next: Batch, verdict: string][] = [
    ['takes any first sequence of an unknown producer', [], [3, 77, 1], 'append'],
    ['takes the sequence that follows', [[0, 0, 10]], [0, 10, 1], 'append'],
    ['knows the last batch again', six, [0, 10, 2], 'duplicate'],
    ['knows the fifth last batch again', six, [0, 2, 2], 'duplicate'],
    ['has forgotten the sixth last batch', six, [0, 0, 2], 'out-of-order'],
    ['refuses a range that only begins like a known one', [[0, 0, 10]], [0, 0, 9], 'out-of-order'],
    ['refuses a range that only ends like a known one', [[0, 0, 10]], [0, 1, 9], 'out-of-order'],
    [
      'refuses a range over two known batches',
      [
        [0, 0, 2],
        [0, 2, 2],
      ],
      [0, 0, 4],
      'out-of-order',
    ],
    ['refuses a gap', [[0, 0, 1]], [0, 2, 1], 'out-of-order'],
    ['takes a higher epoch from sequence 0', [[0, 0, 5]], [1, 0, 1], 'append'],
    ['refuses a higher epoch from any other sequence', [[0, 0, 5]], [1, 5, 1], 'out-of-order'],
    ['refuses a lower epoch', [[4, 0, 5]], [3, 5, 1], 'stale-epoch'],
    [
      'refuses a lower epoch even with sequences it knows',
      [
        [0, 0, 5],
        [1, 0, 1],
      ],
      [0, 0, 5],
      'stale-epoch',
    ],
    [
      'forgets the batches of the old epoch',
      [
        [0, 0, 5],
        [1, 0, 1],
      ],
      [1, 0, 5],
      'out-of-order',
    ],
    ['wraps to 0 after the largest sequence', [[0, MAX_SEQUENCE, 1]], [0, 0, 1], 'append'],
    ['wraps inside a batch', [[0, MAX_SEQUENCE - 1, 4]], [0, 2, 1], 'append'],
    ['knows a batch with a wrap inside again', [[0, MAX_SEQUENCE - 1, 4]], [0, MAX_SEQUENCE - 1, 4], 'duplicate'],
    ['refuses the sequence after a wrap that repeats', [[0, MAX_SEQUENCE - 1, 4]], [0, 1, 1], 'out-of-order'],
  ];

  it.each(rows)('%s', (_name, appended, next, verdict) => {
    expect(stateAfter(appended).judge(claim(next)).kind).toBe(verdict);
  });

  it('answers a repeat with the offsets of the original', () => {
    expect(stateAfter(six).judge(claim([0, 4, 2]))).toEqual({
      kind: 'duplicate',
      of: { firstSequence: 4, lastSequence: 5, baseOffset: 4, lastOffset: 5, timestamp: 104 },
    });
  });

  it('changes nothing by judging', () => {
    const state = stateAfter([[0, 0, 1]]);
    state.judge(claim([9, 0, 1]));
    expect(state.judge(claim([0, 1, 1])).kind).toBe('append');
  });
});
