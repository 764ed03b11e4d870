import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { afterEach, expect } from 'vitest';

import type { TransactionalProducerSettings } from '../../../libs/kafka-producer/src/transactions/producer/create-transactional-producer.js';
import type {
  AppendOutcome,
  EndOutcome,
  TransactionalProducer,
} from '../../../libs/kafka-producer/src/transactions/producer/transactional-producer.js';
import { deadline, staged, TransactionalProducers } from './transactional-producers.js';

/** An embedded cluster per test, with a topic `orders` of three partitions, and producers on it. Ends after each test. */
export class EmbeddedTransactions {
  kafka!: EmbeddedKafka;
  producers!: TransactionalProducers;

  constructor() {
    afterEach(async () => {
      await this.producers.close();
      this.kafka.faults.clear();
      await this.kafka.stop();
    });
  }

  async start(
    options: EmbeddedKafkaOptions,
    settings: Partial<TransactionalProducerSettings> = {},
  ): Promise<TransactionalProducer> {
    this.kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions: 3 }], ...options });
    this.producers = new TransactionalProducers(this.kafka.bootstrap);
    return this.producers.create(['orders'], settings);
  }

  /** What `read_committed` consumers see now, sorted. */
  async committed(): Promise<string[]> {
    const records = await this.kafka.recordsIn('orders', { isolation: 'read_committed' });
    return records.map(({ value }) => String(value)).toSorted();
  }
}

export function append(
  producer: TransactionalProducer,
  value: string,
  untilMs = deadline(),
): Promise<readonly AppendOutcome[]> {
  return producer.append([staged('orders', 0, value)], untilMs);
}

/** A transaction with one record that goes well until its end. */
export async function run(
  producer: TransactionalProducer,
  value: string,
  verdict: 'commit' | 'abort' = 'commit',
): Promise<EndOutcome> {
  await producer.begin(deadline());
  const outcomes = await append(producer, value);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['appended']);
  return producer.end(verdict, deadline());
}
