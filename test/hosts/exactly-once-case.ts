import type { INestApplication, Type } from '@nestjs/common';
import type { EmbeddedKafka } from 'embedded-kafka';
import { ok } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { KafkaProducerService } from 'nestjs-kafka-producer';
import { producers, serving as servingApplication } from './scope-case.js';

/** One thing that exactly-once handlers do, and that may depend on the version of Nest. It has topics of its own. */
export interface ExactlyOnceCase {
  readonly name: string;
  /** @throws AssertionError when it is not as it should be */
  run(kafka: EmbeddedKafka, topic: string): Promise<void>;
}

const DEADLINE_MS = 20_000;
export const CONSUMER = { maxWaitTimeInMs: 50, heartbeatInterval: 100, sessionTimeout: 6_000 };

export async function committedIn(kafka: EmbeddedKafka, topic: string): Promise<string[]> {
  const records = await kafka.recordsIn(topic, { isolation: 'read_committed' });
  return records.map(({ value }) => String(value));
}

export async function untilCommitted(kafka: EmbeddedKafka, topic: string, values: readonly string[]): Promise<void> {
  const wanted = values.join();
  for (const deadline = Date.now() + DEADLINE_MS; ; await delay(20)) {
    const found = (await committedIn(kafka, topic)).join();
    if (found === wanted) return;
    ok(Date.now() < deadline, `${topic} never had ${wanted}, and has ${found}`);
  }
}

/**
 * A hybrid application: HTTP, and the handlers of one controller. Nest closes both.
 *
 * @param connect connects the microservice
 */
export function serving(
  kafka: EmbeddedKafka,
  controller: Type,
  connect: (app: INestApplication) => unknown,
  work: (url: string, producer: KafkaProducerService) => Promise<void>,
): Promise<void> {
  return servingApplication(
    { imports: [producers(kafka)], controllers: [controller] },
    (url, app) => work(url, app.get(KafkaProducerService)),
    { prepare: (app) => void connect(app) },
  );
}
