import 'reflect-metadata';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka } from 'embedded-kafka';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn } from './compile.js';
import { documents, ROOT, snippetsOf, writeSnippets } from './snippets.js';

/** Inside of the repository, so that the packages resolve as they do for a user. */
let folder: string;

beforeAll(async () => {
  await mkdir(join(ROOT, 'temp'), { recursive: true });
  folder = await mkdtemp(join(ROOT, 'temp/docs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the documents', () => {
  it('contain only TypeScript that compiles in an application made by nest new', async () => {
    const files = (await Promise.all((await documents()).map((document) => writeSnippets(folder, document)))).flat();
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(problemsIn(folder, files)).toEqual([]);
  });
});

describe('the README', () => {
  let kafka: EmbeddedKafka;

  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders.placed', partitions: 1 }] });
  });
  afterAll(() => kafka.stop());

  it('shows code by line 25', async () => {
    const [first] = await snippetsOf('README.md');
    expect(first?.line).toBeLessThanOrEqual(25);
  });

  it('shows the record that its @Emit produces', async () => {
    const shown = (await snippetsOf('README.md')).find(({ language }) => language === 'json');
    const files = await writeSnippets(folder, 'README.md');
    const events = files.find((file) => file.endsWith('order-events.ts')) ?? '';
    const { OrderEvents } = (await import(pathToFileURL(events).href)) as { OrderEvents: new () => Emitter };

    const module = await Test.createTestingModule({
      imports: [KafkaProducerModule.forRoot({ client: { clientId: 'readme', brokers: kafka.bootstrap } })],
      providers: [OrderEvents],
    }).compile();
    await module.init();
    await module.get(OrderEvents).placed({ id: 'SO-26001', total: 38.7 });
    await module.close();

    const [record] = await kafka.recordsIn('orders.placed');
    expect({ topic: 'orders.placed', key: record?.key?.toString(), value: record?.value?.toString() }).toEqual(
      JSON.parse(shown?.code ?? ''),
    );
  });
});

interface Emitter {
  placed(order: { id: string; total: number }): Promise<unknown>;
}
