import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AppModule } from '../src/app.module.js';

const TOPICS = ['parcels.registered', 'parcels.dispatched', 'parcels.audit', 'labels', 'tracking', 'tracking.count'];

let kafka: EmbeddedKafka;
let app: INestApplication;

beforeAll(async () => {
  kafka = await EmbeddedKafka.start({ topics: TOPICS.map((name) => ({ name, partitions: 2 })) });
  vi.stubEnv('KAFKA_BROKERS', kafka.bootstrap.join(','));
  app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await kafka.stop();
  vi.unstubAllEnvs();
});

async function post(path: string, body?: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${await app.getUrl()}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body ?? {}),
  });
  return response.status;
}

it('everything that was told about a parcel is in Kafka when the application has closed', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `P-${index}`);
  const registered = await Promise.all(ids.map((id) => post('/parcels', { id, address: 'Leith Walk 4, Edinburgh' })));
  const dispatched = await Promise.all(ids.map((id) => post(`/parcels/${id}/dispatch/DHL`)));
  await app.close();

  expect([...registered, ...dispatched].filter((status) => status !== 201)).toEqual([]);
  for (const topic of TOPICS) expect([topic, (await kafka.recordsIn(topic)).length]).toEqual([topic, 20]);
});
