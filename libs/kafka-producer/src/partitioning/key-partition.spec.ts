import { describe, expect, it } from 'vitest';

import { partitionOfKey } from './key-partition.js';
import { murmur2 } from './murmur2.js';
import vectors from './spec-support/murmur2.vectors.json' with { type: 'json' };

const rows = vectors.vectors as unknown as readonly (readonly [string, number, ...number[]])[];

describe('murmur2', () => {
  it.each(rows.map(([hex, hash]) => ({ hex, hash })))('of $hex is $hash, as in Java', ({ hex, hash }) => {
    expect(murmur2(Buffer.from(hex, 'hex'))).toBe(hash);
  });
});

describe('the partition of a key', () => {
  it.each(vectors.partitionCounts.map((count, i) => [count, i + 2] as const))(
    'is the one Java chooses among %d',
    (count, column) => {
      const chosen = rows.map(([hex]) => partitionOfKey(Buffer.from(hex, 'hex'), hex.length / 2, count));
      expect(chosen).toEqual(rows.map((row) => row[column]));
    },
  );

  it('is the same for a string and for its UTF-8 bytes', () => {
    const texts = rows
      .map(([hex]) => ({ hex, text: Buffer.from(hex, 'hex').toString('utf8') }))
      .filter(({ hex, text }) => Buffer.from(text).toString('hex') === hex);
    expect(texts.length).toBeGreaterThan(30);
    for (const { hex, text } of texts) {
      expect(partitionOfKey(text, hex.length / 2, 1000)).toBe(
        partitionOfKey(Buffer.from(hex, 'hex'), hex.length / 2, 1000),
      );
    }
  });
});
