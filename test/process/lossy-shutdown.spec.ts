import { EmbeddedKafka } from 'embedded-kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runProgram, startProgram } from './run-program.js';

let kafka: EmbeddedKafka;
beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 3 }] });
});
afterEach(() => kafka.stop());

const outages: [broker: string, begin: () => unknown][] = [
  ['is dead', () => kafka.broker(1).stop()],
  ['does not answer', () => kafka.broker(1).pause()],
];

describe.each(outages)('a process whose broker %s at shutdown', (_broker, begin) => {
  it('says how many records it lost, leaves no handle and ends by itself after close', async () => {
    const program = startProgram('lossy-shutdown', kafka.bootstrap);
    await program.said('ready');
    await begin();
    program.tell('close');
    const { code, signal, stdout, stderr } = await program.end;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(linesAbout(stderr, 'Closed with')).toEqual([
      expect.stringMatching(/Closed with 3 records not delivered, 0 /),
    ]);
    expect(lastLineOf(stdout)).toEqual({
      codes: Array.from({ length: 3 }, () => 'KAFKA_PRODUCER_DELIVERY_ABORTED'),
      left: [],
    });
  });

  it('says how many records it lost when a signal ends it', async () => {
    const program = startProgram('lossy-shutdown', kafka.bootstrap);
    await program.said('ready');
    await begin();
    program.tell('wait');
    await program.said('sent');
    program.kill('SIGTERM');
    const { code, signal, stderr } = await program.end;
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(linesAbout(stderr, 'Closed with')).toEqual([
      expect.stringMatching(/Closed with 3 records not delivered, 0 /),
    ]);
    expect(stderr).not.toContain('enableShutdownHooks()');
  });
});

describe('a process whose brokers were never there', () => {
  it.each(['background', 'lazy'])('ends by itself after close, with connect %s', async (connect) => {
    const { code, stdout } = await runProgram('nobody-there', [connect, '127.0.0.1:1']);
    expect(code).toBe(0);
    expect(lastLineOf(stdout)).toEqual({ booted: true, left: [] });
  });

  it('ends by itself after a boot that failed, with connect eager', async () => {
    const { code, stdout } = await runProgram('nobody-there', ['eager', '127.0.0.1:1']);
    expect(code).toBe(0);
    expect(lastLineOf(stdout)).toMatchObject({
      booted: false,
      left: [],
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});

function linesAbout(text: string, words: string): string[] {
  return text.split('\n').filter((line) => line.includes(words));
}

/** Nest's warnings come before it. */
function lastLineOf(stdout: string): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
