import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { afterAll, beforeAll, describe } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from './apache-kafka.js';

/** A cluster with topics of its own, whose transactions are of one protocol. */
export interface TransactionalKafka {
  readonly bootstrap: readonly string[];
  createTopic(name: string, partitions: number, configs?: Readonly<Record<string, string>>): Promise<void>;
}

const BROKERS = 3;

/** Three embedded brokers for the tests of a suite. */
export function useEmbeddedBrokers(options: EmbeddedKafkaOptions = {}): () => EmbeddedKafka {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({ brokers: BROKERS, ...options });
  });
  afterAll(() => kafka?.stop());
  return () => kafka;
}

export function transactional(embedded: EmbeddedKafka): TransactionalKafka {
  return {
    bootstrap: embedded.bootstrap,
    createTopic: async (topic, partitions, configs = {}) => embedded.createTopic({ name: topic, partitions, configs }),
  };
}

/** The same suite against clusters of both protocols of transactions (KIP-890), embedded and Apache Kafka: 4.3 speaks the second one, 3.9 the first. */
export function describeOnEachTransactionVersion(name: string, suite: (kafka: () => TransactionalKafka) => void): void {
  for (const transactionVersion of [1, 2] as const) {
    describe(`${name}, on the embedded cluster with transactions of version ${transactionVersion}`, () => {
      const embedded = useEmbeddedBrokers({ transactionVersion });
      suite(() => transactional(embedded()));
    });
  }
  for (const kafkaVersion of [undefined, '3.9.1']) {
    describeWithOwnKafka(`${name}, on Apache Kafka ${kafkaVersion ?? '4.3.1'}`, () => {
      let apache: ApacheKafka;
      beforeAll(async () => {
        apache = await startApacheKafka(kafkaVersion === undefined ? { own: true } : { kafkaVersion });
      });
      afterAll(() => apache?.stop());
      suite(() => ({
        bootstrap: apache.bootstrap,
        createTopic: (topic, partitions, configs = {}) => apache.createTopic({ name: topic, partitions, configs }),
      }));
    });
  }
}
