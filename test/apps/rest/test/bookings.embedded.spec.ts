import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { AppConfig } from '../src/config/app.config.js';

const TOPICS = ['bookings.placed', 'seats.reserved', 'bookings.viewed', 'bookings.audit'];

let kafka: EmbeddedKafka;
let app: INestApplication;

beforeAll(async () => {
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: TOPICS.map((name) => ({ name, partitions: 3 })) });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(AppConfig)
    .useValue(Object.assign(new AppConfig(), { brokers: kafka.bootstrap }))
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await kafka.stop();
});

async function book(showId: string): Promise<Response> {
  return fetch(`${await app.getUrl()}/bookings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ showId, email: 'rosa@example.org', seats: [{ row: 'B', number: 7 }] }),
  });
}

it('bookings that come together are all in Kafka, once, when they are answered', async () => {
  const shows = Array.from({ length: 40 }, (_, index) => `show-${index}`);
  const answers = await Promise.all(shows.map(book));

  expect(answers.map(({ status }) => status)).toEqual(shows.map(() => 201));
  const placed = await kafka.recordsIn('bookings.placed');
  const showOf = ({ value }: { value: Buffer | null }) => (JSON.parse(String(value)) as { showId: string }).showId;
  expect(placed.map(showOf).toSorted()).toEqual(shows.toSorted());
  expect(await kafka.recordsIn('seats.reserved')).toHaveLength(40);
});

it('a broker that goes away costs no booking', async () => {
  const before = (await kafka.recordsIn('bookings.placed')).length;
  await kafka.broker(2).stop();

  expect((await book('macbeth')).status).toBe(201);
  expect(await kafka.recordsIn('bookings.placed')).toHaveLength(before + 1);
});
