import 'reflect-metadata';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScopeCase, scopeCases } from './scope-table.js';

describe('the scope of a request, on Nest 12', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start();
  });
  afterAll(() => kafka.stop());

  it.each(scopeCases)('$name', async (scopeCase) => {
    await expect(runScopeCase(scopeCase, kafka)).resolves.toBeUndefined();
  });
});
