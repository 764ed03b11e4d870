import { describe, expect, it } from 'vitest';
import { advanceSequence, isNextSequence, MAX_SEQUENCE } from './sequence.js';

describe('sequence', () => {
  it.each([
    [0, 0, 0],
    [0, 9, 9],
    [MAX_SEQUENCE - 1, 1, MAX_SEQUENCE],
    [MAX_SEQUENCE, 1, 0],
    [MAX_SEQUENCE - 2, 5, 2],
  ])('moves %i on by %i to %i', (sequence, increment, expected) => {
    expect(advanceSequence(sequence, increment)).toBe(expected);
  });

  it.each([
    [0, 1, true],
    [0, 0, false],
    [0, 2, false],
    [MAX_SEQUENCE, 0, true],
    [MAX_SEQUENCE, 1, false],
  ])('says whether %i is followed by %i', (last, next, expected) => {
    expect(isNextSequence(last, next)).toBe(expected);
  });
});
