import 'reflect-metadata';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { inMemoryKafka } from 'nestjs-kafka-producer/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, snippetsOf, writeSnippets } from './snippets.js';

await mkdir(join(ROOT, 'temp'), { recursive: true });
const folder = await mkdtemp(join(ROOT, 'temp/guides-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const load = (file: string) => import(pathToFileURL(file).href) as Promise<Record<string, unknown>>;

// The guide's own tests, run as a reader would who has copied them.
describe('testing.md', async () => {
  for (const file of await writeSnippets(folder, 'docs/guides/testing.md')) {
    if (file.endsWith('.spec.ts')) await load(file);
  }
});

describe('health.md', () => {
  it('shows the answer of its controller', async () => {
    const files = await writeSnippets(folder, 'docs/guides/health.md');
    const find = async (name: string) =>
      (await load(files.find((file) => file.endsWith(name)) ?? '')) as Record<string, Type<{ ready(): unknown }>>;
    const { HealthModule } = await find('health.module.ts');
    const { HealthController } = await find('health.controller.ts');
    const client = { brokers: ['localhost:1'] };
    const builder = Test.createTestingModule({ imports: [KafkaProducerModule.forRoot({ client }), HealthModule!] });
    const app = await inMemoryKafka(builder).compile();
    await app.init();

    const shown = (await snippetsOf('docs/guides/health.md')).find(({ language }) => language === 'json')!;
    const { info, ...answer } = JSON.parse(shown.code) as { info: { kafka: object } };
    await expect(app.get(HealthController!).ready()).resolves.toMatchObject({
      ...answer,
      info: { kafka: { ...info.kafka, brokersConnected: 1 } },
    });
    await app.close();
  });
});
