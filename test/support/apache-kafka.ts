import { beforeAll, inject } from 'vitest';

import { javaMissing, useApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeNeeding, type Requirement } from './describe-needing.js';

/** Kafka's command line tools and single-file Java programs, also against a cluster that was started elsewhere. */
export const java: Requirement = javaMissing;

const apacheKafka: Requirement = () => (process.env['KAFKA_BROKERS'] ? undefined : javaMissing());

/** A suite on the broker that all suites of this run share: it must not depend on what else is there. */
export function describeWithKafka(
  name: string,
  suite: (kafka: () => ApacheKafka) => void,
  alsoNeeds: readonly Requirement[] = [],
): void {
  describeNeeding([apacheKafka, ...alsoNeeds], name, () => {
    let kafka: ApacheKafka;
    beforeAll(async () => {
      kafka = await sharedApacheKafka();
    });
    suite(() => kafka);
  });
}

/** A suite that starts clusters of its own, with nodes to kill or listeners to choose. */
export function describeWithOwnKafka(name: string, suite: () => void, alsoNeeds: readonly Requirement[] = []): void {
  describeNeeding([java, ...alsoNeeds], name, suite);
}

async function sharedApacheKafka(): Promise<ApacheKafka> {
  const response = await fetch(inject('sharedApacheKafkaUrl'));
  if (!response.ok) throw new Error(await response.text());
  return useApacheKafka((await response.json()) as string[]);
}
