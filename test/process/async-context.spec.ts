import { EmbeddedKafka } from 'embedded-kafka';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { runProgram } from './run-program.js';

let kafka: EmbeddedKafka;
beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 1 }] });
});
afterEach(() => kafka.stop());

it('an application that uses @Emit pays for no AsyncLocalStorage and no async hook', async () => {
  const { stdout, stderr } = await runProgram('async-context', kafka.bootstrap);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ created: [], seesOne: 1 });
  expect(await kafka.recordsIn('orders')).toHaveLength(1);
});
