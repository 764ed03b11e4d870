import 'reflect-metadata';
import type { KafkaProducerChannels } from 'nestjs-kafka-producer';
import { InMemoryProducer } from 'nestjs-kafka-producer/testing';
import { expect, it } from 'vitest';

import { TransactionOptions } from '../../libs/kafka-producer/src/options/transaction.options.js';
import { rowsOf } from './guide-tables.js';

/** For streaming units alone; the guide has them in a sentence. */
const STREAMING = ['maxStreamingProducers', 'acquireTimeoutMs'];

it('the guide on tuning has every option of transactions, and no other', async () => {
  const names = [...(await rowsOf('tuning-transactions.md', 'The options')).keys()].filter((name) => name !== 'option');
  expect([...names, ...STREAMING].toSorted()).toEqual(Object.keys(new TransactionOptions()).toSorted());
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
