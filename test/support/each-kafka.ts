import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe } from 'vitest';

import { describeWithKafka } from './apache-kafka.js';

/** What a suite may use when it runs against both: a list of brokers, and topics of its own. */
export interface TestKafka {
  readonly bootstrap: readonly string[];
  /** Makes a topic, by default one nobody else has, and tells its name. */
  createTopic(options?: {
    readonly name?: string;
    readonly partitions?: number;
    readonly configs?: Readonly<Record<string, string>>;
  }): Promise<string>;
  /** Set on the embedded cluster alone: what only it can show. */
  readonly embedded?: EmbeddedKafka;
}

/** The same suite against Apache Kafka, which is right by definition, and against the embedded cluster, which must give the same answers. */
export function describeOnEachKafka(name: string, suite: (kafka: () => TestKafka) => void): void {
  describeWithKafka(`${name}, on Apache Kafka`, (apache) => {
    suite(() => ({
      bootstrap: apache().bootstrap,
      createTopic: async (options = {}) => {
        const topic = { name: newTopicName(), ...options };
        await apache().createTopic(topic);
        return topic.name;
      },
    }));
  });

  describe(`${name}, on the embedded cluster`, () => {
    let embedded: EmbeddedKafka;
    beforeAll(async () => {
      embedded = await EmbeddedKafka.start();
    });
    afterAll(() => embedded.stop());
    suite(() => ({
      bootstrap: embedded.bootstrap,
      createTopic: async (options = {}) => {
        const topic = { name: newTopicName(), ...options };
        embedded.createTopic(topic);
        return topic.name;
      },
      embedded,
    }));
  });
}

export function newTopicName(): string {
  return `test-${crypto.randomUUID()}`;
}
