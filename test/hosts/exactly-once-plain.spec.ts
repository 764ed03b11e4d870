import 'reflect-metadata';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainCases, runPlainCase } from './exactly-once-plain-table.js';

describe('handlers with @ExactlyOnce() on the transport of Nest, on Nest 12', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start();
  });
  afterAll(() => kafka.stop());

  it.each(plainCases)('$name', async (plainCase) => {
    await expect(runPlainCase(plainCase, kafka)).resolves.toBeUndefined();
  });
});
