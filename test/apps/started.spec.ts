import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp } from './started-app.js';

const TOPICS = ['bookings.placed', 'reviews.added', 'products.rated', 'parcels.registered'];

let kafka: EmbeddedKafka;
beforeAll(async () => {
  kafka = await EmbeddedKafka.start({ topics: TOPICS.map((name) => ({ name })) });
});
afterAll(() => kafka.stop());

interface Visit {
  readonly app: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly topic: string;
  readonly key: string;
}

const mutation = 'mutation { addReview(input: { product: "kettle", stars: 4 }) { id } }';

const visits: Visit[] = [
  {
    app: 'rest',
    path: '/bookings',
    body: { showId: 'hamlet', email: 'rosa@example.org', seats: [] },
    topic: 'bookings.placed',
    key: 'B-1',
  },
  {
    app: 'graphql',
    path: '/graphql',
    body: { query: mutation },
    headers: { 'x-tenant': 'us' },
    topic: 'reviews.added',
    key: 'kettle',
  },
  {
    app: 'cqrs',
    path: '/parcels',
    body: { id: 'P-1', address: 'Leith Walk 4, Edinburgh' },
    topic: 'parcels.registered',
    key: 'P-1',
  },
];

it.each(visits)(
  'the compiled $app starts under plain node, emits, and ends with nothing on stderr when it is asked to',
  async ({ app, path, body, headers, topic, key }) => {
    const brokers = kafka.bootstrap.join(',');
    const started = await startApp(app, {
      KAFKA_BROKERS: brokers,
      KAFKA_BROKERS_EU: brokers,
      KAFKA_BROKERS_US: brokers,
    });
    const response = await fetch(started.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    const { code, signal, stderr } = await started.stop();

    expect([response.ok, answer, stderr]).toEqual([true, answer, '']);
    // Nest closes the application and then lets the signal do what it does.
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect((await kafka.recordsIn(topic)).map((record) => String(record.key))).toEqual([key]);
  },
);

it('the compiled rest application delivers what nobody waited for when it is stopped', async () => {
  const topics = ['bookings.placed', 'bookings.viewed'];
  const cluster = await EmbeddedKafka.start({ topics: topics.map((name) => ({ name })) });
  const started = await startApp('rest', { KAFKA_BROKERS: cluster.bootstrap.join(',') });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ showId: 'hamlet', email: 'rosa@example.org', seats: [] });
  await fetch(`${started.url}/bookings`, { method: 'POST', headers, body });

  const views = await Promise.all(Array.from({ length: 50 }, () => fetch(`${started.url}/bookings/B-1`)));
  const { stderr } = await started.stop();

  expect(views.map(({ status }) => status)).toEqual(views.map(() => 200));
  expect(stderr).toBe('');
  expect(await cluster.recordsIn('bookings.viewed')).toHaveLength(50);
  await cluster.stop();
});
