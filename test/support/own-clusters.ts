import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { afterAll, beforeAll, describe } from 'vitest';

import { startApacheKafka, type ApacheKafka, type StartOptions } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from './apache-kafka.js';
import { newTopicName, type TestKafka } from './each-kafka.js';

/** The same suite against a cluster of its own of either kind: for settings that the shared broker does not have. */
export function describeOnOwnClusters(
  name: string,
  options: { readonly apache: StartOptions; readonly embedded: EmbeddedKafkaOptions },
  suite: (kafka: () => TestKafka) => void,
): void {
  describeWithOwnKafka(`${name}, on Apache Kafka`, () => {
    let apache: ApacheKafka;
    beforeAll(async () => {
      apache = await startApacheKafka({ ...options.apache, own: true });
    });
    afterAll(() => apache?.stop());
    suite(() => ({
      bootstrap: apache.bootstrap,
      createTopic: async (topicOptions = {}) => {
        const topic = { name: newTopicName(), ...topicOptions };
        await apache.createTopic(topic);
        return topic.name;
      },
    }));
  });

  describe(`${name}, on the embedded cluster`, () => {
    let embedded: EmbeddedKafka;
    beforeAll(async () => {
      embedded = await EmbeddedKafka.start(options.embedded);
    });
    afterAll(() => embedded.stop());
    suite(() => ({
      bootstrap: embedded.bootstrap,
      createTopic: async (topicOptions = {}) => {
        const topic = { name: newTopicName(), ...topicOptions };
        embedded.createTopic(topic);
        return topic.name;
      },
      embedded,
    }));
  });
}
