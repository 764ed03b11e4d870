import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { rawClients } from './programs/raw-clients.mjs';

const PROGRAM = join(import.meta.dirname, 'programs/raw-clients.mjs');

describe('clients in trouble', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'read everything once and in order that was produced, and leave nothing behind (seed %i)',
    async (seed) => {
      const { pairs, pendingEvents, openConnections } = await rawClients(seed);
      expect(pairs).toHaveLength(3);
      for (const { written, read } of pairs) expect(read).toEqual(written);
      expect({ pendingEvents, openConnections }).toEqual({ pendingEvents: 0, openConnections: 0 });
    },
  );

  it('do the same to the last byte when the seed is the same, in this process and in another', async () => {
    const [first, again, other] = [await rawClients(1), await rawClients(1), await rawClients(2)];
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, '1'], { maxBuffer: 10_000_000 });
    expect(again).toEqual(first);
    expect(JSON.parse(stdout)).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });
});
