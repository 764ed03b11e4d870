import { EmbeddedKafka } from 'embedded-kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runProgram, startProgram } from './run-program.js';

let kafka: EmbeddedKafka;
beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 3 }] });
});
afterEach(() => kafka.stop());

async function valuesInOrders(): Promise<string[]> {
  return (await kafka.recordsIn('orders')).map(({ value }) => String(value));
}

describe('a process that uses the producer', () => {
  it('F31: ends by itself after close, with nothing on stderr and no handle left, on every Node that CI has', async () => {
    const { code, stdout, stderr } = await runProgram('quiet-exit', kafka.bootstrap);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([]);
    expect(await valuesInOrders()).toHaveLength(1_020);
  });

  it('writes one line with the count and the remedy when it exits with records nobody acknowledged', async () => {
    const program = startProgram('forgotten-shutdown', kafka.bootstrap);
    await program.said('ready');
    kafka.broker(1).pause();
    program.tell('go');
    const { stderr } = await program.end;
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\b3 records?\b/);
    expect(lines[0]).toContain('enableShutdownHooks()');
  });

  it('delivers what is buffered when a signal ends it and shutdown hooks are enabled', async () => {
    const program = startProgram('shutdown-on-signal', kafka.bootstrap);
    await program.said('ready');
    expect(await valuesInOrders()).toHaveLength(0);
    program.kill('SIGTERM');
    const { stderr } = await program.end;
    expect(stderr).toBe('');
    expect(new Set(await valuesInOrders()).size).toBe(100);
  });

  it.each(['objects', 'buffers'])(
    'never works longer than 50 ms at a stretch on 20,000 records of one call, not even the first time, with %s as payloads',
    async (payload) => {
      const { stdout, stderr } = await runProgram('large-call', [payload, ...kafka.bootstrap]);
      expect(stderr).toBe('');
      const { longestTurnMs } = JSON.parse(stdout) as { longestTurnMs: number[] };
      expect(longestTurnMs).toHaveLength(4);
      expect(Math.min(...longestTurnMs)).toBeGreaterThan(0);
      expect(Math.max(...longestTurnMs), longestTurnMs.join(', ')).toBeLessThan(50);
      expect(await kafka.recordsIn('orders')).toHaveLength(4 * 20_000);
    },
  );
});
