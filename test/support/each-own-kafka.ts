import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { afterAll, beforeAll, describe } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from './apache-kafka.js';

/** Settings of a broker in the words of each. */
export interface OwnKafkaSettings {
  readonly apache: Readonly<Record<string, string>>;
  readonly embedded: EmbeddedKafkaOptions;
}

/** The same suite against an Apache Kafka and an embedded cluster that were started with settings of their own. Given the address of a broker. */
export function describeOnEachOwnKafka(
  name: string,
  settings: OwnKafkaSettings,
  suite: (address: () => string) => void,
): void {
  describeWithOwnKafka(`${name}, on Apache Kafka`, () => {
    let apache: ApacheKafka;
    beforeAll(async () => {
      apache = await startApacheKafka({ own: true, serverProperties: settings.apache });
    });
    afterAll(() => apache?.stop());
    suite(() => apache.bootstrap[0] ?? '');
  });

  describe(`${name}, on the embedded cluster`, () => {
    let embedded: EmbeddedKafka;
    beforeAll(async () => {
      embedded = await EmbeddedKafka.start(settings.embedded);
    });
    afterAll(() => embedded.stop());
    suite(() => embedded.bootstrap[0] ?? '');
  });
}
