import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaProducerChannels } from 'nestjs-kafka-producer';
import { InMemoryProducer } from 'nestjs-kafka-producer/testing';
import { expect, it } from 'vitest';

import { rowsOf } from './guide-tables.js';
import { ROOT } from './snippets.js';

/** For streaming units alone; the guide has them in a sentence. */
const STREAMING = ['maxStreamingProducers', 'acquireTimeoutMs'];

it('the guide on tuning has every option of transactions, and no other', async () => {
  const names = [...(await rowsOf('tuning-transactions.md', 'The options')).keys()].filter((name) => name !== 'option');
  const reference = await readFile(join(ROOT, 'docs/reference/options.md'), 'utf8');
  const options = Array.from(reference.matchAll(/^### `transactions\.(\w+)`$/gm), ([, name = '']) => name);
  expect([...names, ...STREAMING].toSorted()).toEqual(options.toSorted());
});

it('the guide on tuning looks at gauges and channels that there are', async () => {
  const names = [...(await rowsOf('tuning-transactions.md', 'What to look at')).keys()];
  const channels = names.filter((name) => name.startsWith('nestjs-kafka-producer:'));
  const gauges = names.filter((name) => !channels.includes(name));
  expect(gauges.length).toBeGreaterThan(5);
  expect(Object.keys(new InMemoryProducer().stats())).toEqual(expect.arrayContaining(gauges));
  // Typed, so that one that is renamed does not compile.
  const known: readonly (keyof KafkaProducerChannels)[] = [
    'nestjs-kafka-producer:transactions-set-apart',
    'nestjs-kafka-producer:transaction-settled',
    'nestjs-kafka-producer:after-transaction-failed',
  ];
  expect(channels).toEqual(known);
});
