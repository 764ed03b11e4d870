import 'reflect-metadata';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp, listen } from '../src/create-app.js';

const ORDER = {
  reference: 'SO-26001',
  customer: { id: 'C-1042', name: 'Rosa Hughes' },
  currency: 'EUR',
  lines: [
    { sku: 'BEAN-ETH-250', quantity: 3, unitPrice: 11.9 },
    { sku: 'PRESS-FR-1L', quantity: 1, unitPrice: 34.9 },
  ],
};

const TOPICS = [
  { name: 'orders.placed', partitions: 3 },
  { name: 'inventory.reserved', partitions: 3 },
];

/** Short enough for a test to see Kafka being away, long enough for a slow machine. */
const IMPATIENT = { maxBlockMs: 1_500, requestTimeoutMs: 1_000, commitTimeoutMs: 2_000 };

/** Only a defect takes so long. */
const EVENTUALLY = { timeout: 30_000 };

let kafka: EmbeddedKafka;
let app: NestExpressApplication;
let url: string;

async function start(): Promise<void> {
  kafka = await EmbeddedKafka.start({ topics: TOPICS });
  app = await createApp({ brokers: kafka.bootstrap, patience: IMPATIENT }, []);
  url = await listen(app, 0);
}

async function stop(): Promise<void> {
  await app.close();
  await kafka.stop();
}

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** What consumers with `read_committed` see. */
async function eventsIn(topic: string): Promise<SeenEvent[]> {
  const records = await kafka.recordsIn(topic, { isolation: 'read_committed' });
  return records.map(({ key, value, headers }) => ({
    key: key?.toString(),
    value: JSON.parse(value?.toString() ?? 'null'),
    headers: Object.fromEntries(headers.map((header) => [header.key, header.value?.toString()])),
  }));
}

interface SeenEvent {
  readonly key: string | undefined;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

describe('POST /orders', () => {
  beforeEach(start);
  afterEach(stop);

  it('answers with the priced order once its events are committed', async () => {
    const response = await post(ORDER);
    await expect.poll(() => eventsIn('orders.placed'), EVENTUALLY).toHaveLength(1);

    expect(response.status).toBe(201);
    const answer = (await response.json()) as { placedAt: string };
    expect(answer).toEqual({ id: 'SO-26001', total: 70.6, currency: 'EUR', placedAt: expect.any(String) as string });
    expect(await eventsIn('orders.placed')).toEqual([
      {
        key: 'SO-26001',
        value: {
          orderId: 'SO-26001',
          customerId: 'C-1042',
          customerName: 'Rosa Hughes',
          currency: 'EUR',
          total: 70.6,
          lineCount: 2,
          placedAt: answer.placedAt,
        },
        headers: {},
      },
    ]);
  });

  it('reserves stock with one record per line, keyed by article', async () => {
    await post(ORDER);
    await expect.poll(() => eventsIn('inventory.reserved'), EVENTUALLY).toHaveLength(2);

    const reservations = await eventsIn('inventory.reserved');
    expect(reservations.toSorted((a, b) => String(a.key).localeCompare(String(b.key)))).toEqual([
      { key: 'BEAN-ETH-250', value: { orderId: 'SO-26001', sku: 'BEAN-ETH-250', quantity: 3 }, headers: {} },
      { key: 'PRESS-FR-1L', value: { orderId: 'SO-26001', sku: 'PRESS-FR-1L', quantity: 1 }, headers: {} },
    ]);
  });

  it('puts the correlation id and the trace of a request on its own records, and no other header', async () => {
    const traced = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    await Promise.all([
      post(ORDER, { 'x-correlation-id': 'req-1', ...traced, 'x-internal': 'no' }),
      post({ ...ORDER, reference: 'SO-26002' }, { 'x-correlation-id': 'req-2' }),
    ]);
    await expect.poll(() => eventsIn('inventory.reserved'), EVENTUALLY).toHaveLength(4);

    for (const topic of ['orders.placed', 'inventory.reserved']) {
      for (const { key, headers, value } of await eventsIn(topic)) {
        const { orderId } = value as { orderId: string };
        const own = { 'x-correlation-id': 'req-1', ...traced };
        expect(headers, key).toEqual(orderId === 'SO-26001' ? own : { 'x-correlation-id': 'req-2' });
      }
    }
  });

  it('places an order and reserves its stock in one unit: without the one there is not the other', async () => {
    const refused = kafka.faults.onRequest('Produce', {
      topic: 'inventory.reserved',
      action: { errorCode: 'TOPIC_AUTHORIZATION_FAILED', topic: 'inventory.reserved' },
    });
    const response = await post(ORDER);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      statusCode: 500,
      error: 'Internal Server Error',
      code: 'KAFKA_PRODUCER_TRANSACTION_ABORTED',
      message: 'The order could not be taken because of a fault on our side. Sending it again will not help.',
    });

    refused.remove();
    expect((await post({ ...ORDER, reference: 'SO-26002' })).status).toBe(201);
    await expect.poll(() => eventsIn('inventory.reserved'), EVENTUALLY).toHaveLength(2);
    // The order that failed was written as well, and taken back.
    expect(await kafka.recordsIn('orders.placed')).toHaveLength(2);
    expect((await eventsIn('orders.placed')).map(({ key }) => key)).toEqual(['SO-26002']);
  });

  it('lets orders that arrive together share requests to Kafka', async () => {
    await post(ORDER);
    kafka.clearRequests();

    const references = Array.from({ length: 30 }, (_, index) => `SO-${27_000 + index}`);
    const answers = await Promise.all(references.map((reference) => post({ ...ORDER, reference })));

    expect(answers.map(({ status }) => status)).toEqual(references.map(() => 201));
    await expect.poll(() => eventsIn('orders.placed'), EVENTUALLY).toHaveLength(31);
    expect(kafka.requests('Produce').length).toBeLessThan(30);
  });

  it.each([
    ['no lines', { ...ORDER, lines: [] }, ['lines must contain at least 1 elements']],
    [
      'a line that cannot be delivered',
      { ...ORDER, lines: [{ sku: 'BEAN-ETH-250', quantity: 0, unitPrice: 11.999 }] },
      [
        'lines.0.quantity must not be less than 1',
        'lines.0.unitPrice must be a number conforming to the specified constraints',
      ],
    ],
    [
      'an unknown currency',
      { ...ORDER, currency: 'XXX' },
      ['currency must be one of the following values: EUR, GBP, USD, CHF, SEK, PLN'],
    ],
    ['no customer', { ...ORDER, customer: undefined }, ['customer should not be empty']],
    [
      'a reference that is none',
      { ...ORDER, reference: '?' },
      ['reference must be 4 to 32 capital letters, digits or hyphens'],
    ],
    ['no lines at all', { ...ORDER, lines: undefined }, ['lines must be an array']],
    ['a field nobody knows', { ...ORDER, discount: 100 }, ['property discount should not exist']],
  ])('refuses an order with %s, says why, and emits nothing', async (_, order, message) => {
    const response = await post(order);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ statusCode: 400, error: 'Bad Request', message });
    expect(kafka.requests('Produce')).toEqual([]);
  });
});

describe('while Kafka is down', () => {
  beforeAll(async () => {
    await start();
    await kafka.broker(1).stop();
  });
  afterAll(stop);

  it('an order is answered with 503 and what to do about it', async () => {
    const response = await post(ORDER);

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      code: expect.stringMatching(/^KAFKA_PRODUCER_/) as string,
      message:
        'The order could not be confirmed. Please send it again under the same reference: it counts as the same order.',
    });
  });

  it('the same order is taken once Kafka is back', async () => {
    await kafka.broker(1).start();

    expect((await post(ORDER)).status).toBe(201);
    await expect.poll(() => eventsIn('orders.placed'), EVENTUALLY).toHaveLength(1);
  });
});

describe('GET /health', () => {
  beforeEach(start);
  afterEach(stop);

  it('is well while events get through', async () => {
    await post(ORDER);

    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      kafka: { groupsCommitted: 1, openUnits: 0 },
    });
  });

  it('says so when they do not', async () => {
    await kafka.broker(1).stop();
    const waiting = post(ORDER);

    await expect.poll(async () => (await fetch(`${url}/health`)).status, EVENTUALLY).toBe(503);
    expect((await waiting).status).toBe(503);
  });
});
