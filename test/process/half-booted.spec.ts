import { EmbeddedKafka } from 'embedded-kafka';
import { expect, it } from 'vitest';

import { runProgram } from './run-program.js';

it('a process of which one producer connected and another found nobody ends by itself', async () => {
  const kafka = await EmbeddedKafka.start();
  try {
    const { code, signal, stdout } = await runProgram('half-booted', kafka.bootstrap);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(JSON.parse(stdout)).toMatchObject({ left: [], message: expect.stringContaining('127.0.0.1:1') });
  } finally {
    await kafka.stop();
  }
});
