import { expect, it } from 'vitest';

import { runProgram } from './run-program.js';

// The warning is kafkajs': it sets timers for moments that have passed.
it('a process that has used embedded clusters ends by itself, and nothing of them is left', async () => {
  const { code, stdout, stderr } = await runProgram(
    'embedded-lifecycle',
    [],
    ['--disable-warning=TimeoutNegativeWarning'],
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([]);
  expect(code).toBe(0);
});
