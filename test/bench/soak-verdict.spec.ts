import { describe, expect, it } from 'vitest';

import { randomFrom } from '../../bench/embedded-soak/random.mjs';
import { verdictOn } from '../../bench/embedded-soak/verdict.mjs';

const SAMPLE_MS = 10_000;
const USED_MIB = 25;
const RSS_MIB = 130;
/** As in verdict.mjs. */
const LIMIT_MIB_PER_MINUTE = 1;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** What is added to memory that stands still, so many minutes after the start. */
type Course = (minute: number) => number;

interface Run {
  readonly minutes?: number;
  readonly used?: Course;
  readonly rss?: Course;
  /** How far a sample may be off, in MiB. */
  readonly noiseMib?: number;
  readonly seed?: number;
}

const still: Course = () => 0;

function verdict({ minutes = 10, used = still, rss = used, noiseMib = 2, seed = 1 }: Run): string {
  const random = randomFrom(seed);
  const noise = () => (random() * 2 - 1) * noiseMib;
  const samples = Array.from({ length: (minutes * 60_000) / SAMPLE_MS }, (_, at) => {
    const atMs = (at + 1) * SAMPLE_MS;
    const minute = atMs / 60_000;
    return { atMs, usedMib: USED_MIB + used(minute) + noise(), rssMib: RSS_MIB + rss(minute) + 5 * noise() };
  });
  const { isFlat, text } = verdictOn(samples);
  const word = text.split(/[ :]/)[0] ?? '';
  expect(isFlat, text).toBe(word === 'FLAT');
  return word;
}

const ofEverySeed = (run: Run) => [...new Set(SEEDS.map((seed) => verdict({ ...run, seed })))];

describe('the verdict of a soak', () => {
  it('is FLAT for memory that scatters around a level, whatever the seed of the noise', () => {
    expect(ofEverySeed({})).toEqual(['FLAT']);
    expect(ofEverySeed({ minutes: 6 })).toEqual(['FLAT']);
  });

  it('is GROWS for a leak of 2 MiB a minute under the same noise', () => {
    const leak: Course = (minute) => 2 * minute;
    expect(ofEverySeed({ used: leak })).toEqual(['GROWS']);
    expect(ofEverySeed({ used: leak, minutes: 6 })).toEqual(['GROWS']);
  });

  it('is GROWS for a leak outside of the heap that only the memory of the process shows', () => {
    expect(ofEverySeed({ rss: (minute) => 12 * minute })).toEqual(['GROWS']);
  });

  it('is UNDECIDED for a leak just at the limit: neither side can be excluded', () => {
    expect(ofEverySeed({ used: (minute) => LIMIT_MIB_PER_MINUTE * minute, rss: still })).toEqual(['UNDECIDED']);
  });

  it('is FLAT when memory rises while the program warms up, and then stands still', () => {
    expect(ofEverySeed({ used: (minute) => Math.min(8 * minute, 12) })).toEqual(['FLAT']);
  });

  it('is not FLAT when memory jumps in the middle of what is judged and stays there', () => {
    const jump: Course = (minute) => (minute > 6 ? 10 : 0);
    expect(ofEverySeed({ used: jump })).not.toContain('FLAT');
  });

  it('is FLAT for a sawtooth with many teeth, as retention makes it', () => {
    expect(ofEverySeed({ used: (minute) => 8 * (minute % 0.5) })).toEqual(['FLAT']);
  });

  it('is GROWS for a sawtooth whose teeth stand ever higher', () => {
    expect(ofEverySeed({ used: (minute) => 8 * (minute % 0.5) + 2 * minute })).toEqual(['GROWS']);
  });

  it('is UNDECIDED where the noise hides more than the limit', () => {
    const undecided = SEEDS.filter((seed) => verdict({ minutes: 6, noiseMib: 20, rss: still, seed }) === 'UNDECIDED');
    expect(undecided.length).toBeGreaterThan(SEEDS.length / 2);
  });

  it('does not wait for the memory of the process to be quiet', () => {
    expect(ofEverySeed({ rss: (minute) => 30 * (minute % 2) })).toEqual(['FLAT']);
  });

  it('is UNDECIDED for a run that ends soon after its warm-up', () => {
    expect(ofEverySeed({ minutes: 3 })).toEqual(['UNDECIDED']);
  });

  it('is FLAT when memory falls', () => {
    expect(ofEverySeed({ used: (minute) => -1.5 * minute })).toEqual(['FLAT']);
  });
});
