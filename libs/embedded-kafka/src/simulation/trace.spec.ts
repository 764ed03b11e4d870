import { describe, expect, it } from 'vitest';

import { Trace } from './trace.js';

function traceOf(...entries: Parameters<Trace['add']>[]): Trace {
  const trace = new Trace(0);
  for (const entry of entries) trace.add(...entry);
  return trace;
}

const bytes = (size: number, fill = 1): Buffer => Buffer.alloc(size, fill);

describe('Trace', () => {
  it.each([
    ['another moment', traceOf([1.5, 'bytes', 1, bytes(2)])],
    ['another kind', traceOf([1, 'end', 1, bytes(2)])],
    ['another connection', traceOf([1, 'bytes', 2, bytes(2)])],
    ['other bytes', traceOf([1, 'bytes', 1, bytes(2, 9)])],
    ['more bytes', traceOf([1, 'bytes', 1, bytes(3)])],
    ['the same in two pieces', traceOf([1, 'bytes', 1, bytes(1)], [1, 'bytes', 1, bytes(1)])],
  ])('has another hash for %s', (_what, other) => {
    expect(other.hash).not.toBe(traceOf([1, 'bytes', 1, bytes(2)]).hash);
  });

  it('has the same hash for the same entries, however often it is asked for in between', () => {
    const asked = new Trace(0);
    const silent = new Trace(0);
    for (let entry = 0; entry < 50; entry++) {
      for (const trace of [asked, silent]) trace.add(entry, 'bytes', 1, bytes(entry * 1_500, entry));
      expect(asked.hash).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(asked.hash).toBe(silent.hash);
    expect(asked.entryCount).toBe(50);
  });

  it('takes entries that are larger than its buffer', () => {
    const large = traceOf([1, 'bytes', 1, bytes(200_000)], [2, 'end', 1]);
    expect(large.hash).toBe(traceOf([1, 'bytes', 1, bytes(200_000)], [2, 'end', 1]).hash);
    expect(large.hash).not.toBe(traceOf([1, 'bytes', 1, bytes(200_001)], [2, 'end', 1]).hash);
  });

  it('keeps the latest lines', () => {
    const trace = new Trace(2);
    trace.add(0.25, 'syn', 1);
    trace.add(1, 'bytes', 3, bytes(5), () => 'a → b, 5 bytes');
    trace.add(2.5, 'end', 3);
    expect(trace.lines).toEqual(['1.000 ms  bytes  a → b, 5 bytes', '2.500 ms  end  #3']);
  });
});
