import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { EmbeddedKafka } from 'embedded-kafka';
import { ok } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';

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
export async function serving(
  kafka: EmbeddedKafka,
  controller: Type,
  connect: (app: INestApplication) => unknown,
  work: (url: string, producer: KafkaProducerService) => Promise<void>,
): Promise<void> {
  @Module({
    imports: [KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap } })],
    controllers: [controller],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  connect(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  try {
    await work(await app.getUrl(), app.get(KafkaProducerService));
  } finally {
    await app.close();
  }
}
