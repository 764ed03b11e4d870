import 'reflect-metadata';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactlyOnceCases, runExactlyOnceCase } from './exactly-once-table.js';

describe('exactly-once handlers, on Nest 12', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start();
  });
  afterAll(() => kafka.stop());

  it.each(exactlyOnceCases)('$name', async (exactlyOnceCase) => {
    await expect(runExactlyOnceCase(exactlyOnceCase, kafka)).resolves.toBeUndefined();
  });
});
