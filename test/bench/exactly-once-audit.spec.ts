import { describe, expect, it } from 'vitest';

import { Audit } from '../../bench/pipeline/audit.mjs';
import { orderAt, PARTITIONS, placeOf } from '../../bench/pipeline/orders.mjs';

/** An output: where it is, and what it was made of. */
type Output = readonly [outputPartition: number, partition: number, offset: number];

/** Three messages of partition 0 and two of partition 1 are committed. */
const COMMITTED = [3, 2];
const ONCE: readonly Output[] = [
  [0, 0, 0],
  [0, 1, 1],
  [0, 0, 2],
  [1, 1, 0],
  [1, 0, 1],
];

function verdictOn(outputs: readonly Output[]): string | undefined {
  const audit = new Audit(COMMITTED);
  for (const [outputPartition, partition, offset] of outputs) audit.see(outputPartition, { partition, offset });
  return audit.verdict();
}

describe('the audit of consume, transform, produce', () => {
  it('finds nothing where each committed message has one output, in whatever partition', () => {
    expect(verdictOn(ONCE)).toBeUndefined();
  });

  it('finds each committed message that has no output', () => {
    const outputs = ONCE.filter(([, partition]) => partition === 0);
    expect(verdictOn(outputs)).toBe(
      'NOT EXACTLY ONCE: of the outputs of 5 messages there are 2 MISSING, the first 0 of partition 1.',
    );
  });

  it('finds a message that has two outputs, also in another partition', () => {
    expect(verdictOn([...ONCE, [1, 0, 2]])).toContain('are 1 doubled, the first 2 of partition 0.');
  });

  it('counts an output that comes a third time once more', () => {
    expect(verdictOn([...ONCE, [1, 0, 2], [1, 0, 2]])).toContain('2 doubled');
  });

  it('finds the output of a message that is not committed, also of a partition of which nothing is', () => {
    const beyond = verdictOn([...ONCE, [0, 1, 2], [0, 2, 0]]);
    expect(beyond).toContain('2 of messages that are not committed, the first 2 of partition 1');
  });

  it('finds a message that comes behind a later one of its partition', () => {
    const [first, , third, ...others] = ONCE as [Output, Output, Output, ...Output[]];
    expect(verdictOn([third, first, [0, 1, 1], ...others])).toContain('1 out of order, the first 0 of partition 0');
  });

  it('says everything that is wrong', () => {
    const verdict = verdictOn([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 7],
    ]);
    expect(verdict).toContain('4 MISSING');
    expect(verdict).toContain('1 doubled');
    expect(verdict).toContain('1 of messages that are not committed');
  });
});

describe('the input of consume, transform, produce', () => {
  it('says by the key of a message where it is', () => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      for (const offset of [0, 1, 999, 1_000_003])
        expect(placeOf(orderAt(partition, offset).orderId)).toEqual({ partition, offset });
    }
  });

  it('has no two messages alike and the same ones in every run', () => {
    const texts = Array.from({ length: 3000 }, (_, offset) => JSON.stringify(orderAt(offset % PARTITIONS, offset)));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts[0]).toBe(JSON.stringify(orderAt(0, 0)));
  });
});
