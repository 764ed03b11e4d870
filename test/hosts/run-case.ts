import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EmbeddedKafka } from 'embedded-kafka';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { KafkaProducerModule } from 'nestjs-kafka-producer';
import { emitAt, OWN_METADATA, topicsOf, type Host } from './host.js';
import type { HostCase } from './table.js';

/** Each has its own application, in one process. */
const REGIONS = ['eu', 'us'] as const;

export type Clusters = Readonly<Record<(typeof REGIONS)[number], EmbeddedKafka>>;

export async function startClusters(): Promise<Clusters> {
  return { eu: await EmbeddedKafka.start(), us: await EmbeddedKafka.start() };
}

export async function stopClusters({ eu, us }: Clusters): Promise<void> {
  await Promise.all([eu.stop(), us.stop()]);
}

/**
 * Two applications with the same class; its method is called once in each.
 *
 * @throws AssertionError when an answer, the metadata or the records of a cluster are not what they should be
 */
export async function runHostCase({ kind, position, topic }: HostCase, clusters: Clusters): Promise<void> {
  const topics = topicsOf(topic, position);
  for (const region of REGIONS) for (const name of topics) clusters[region].createTopic({ name });
  const host = kind.declare(emitAt(topic, position));
  const apps: INestApplication[] = [];
  try {
    for (const region of REGIONS) apps.push(await start(host, clusters[region]));
    for (const [index, region] of REGIONS.entries()) await call(host, apps[index]!, region);
  } finally {
    for (const app of apps) await app.close();
  }
  for (const region of REGIONS) {
    for (const name of topics) deepStrictEqual(await valuesIn(clusters[region], name), [`hello ${region}`], name);
  }
}

async function start(host: Host, kafka: EmbeddedKafka): Promise<INestApplication> {
  const { imports = [], ...own } = host.module();
  class AppModule {}
  Module({ ...own, imports: [...imports, KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap } })] })(
    AppModule,
  );
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  host.prepare?.(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return app;
}

async function call(host: Host, app: INestApplication, region: string): Promise<void> {
  strictEqual(await host.call(app, region), `hello ${region}`);
  if (host.isGuarded === true) await rejects(host.call(app, 'denied'));
  const method = host.method?.();
  if (method === undefined) return;
  const kept = Object.keys(OWN_METADATA).map((key) => [key, Reflect.getMetadata(key, method) as unknown]);
  deepStrictEqual(Object.fromEntries(kept), OWN_METADATA);
}

async function valuesIn(kafka: EmbeddedKafka, topic: string): Promise<string[]> {
  return (await kafka.recordsIn(topic)).map(({ value }) => String(value));
}
