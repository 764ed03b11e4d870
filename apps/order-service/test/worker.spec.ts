import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EmbeddedKafka } from 'embedded-kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, listen } from '../src/create-app.js';
import { createWorker, UNREADABLE_ORDERS } from '../src/worker/create-worker.js';

const ORDER = {
  reference: 'SO-26001',
  customer: { id: 'C-1042', name: 'Rosa Hughes' },
  currency: 'EUR',
  lines: [{ sku: 'GRIND-EL-58', quantity: 2, unitPrice: 389 }],
};
const TOO_MUCH = { ...ORDER, reference: 'SO-26002', lines: [{ sku: 'GRIND-EL-58', quantity: 3, unitPrice: 389 }] };

const PLACED = 'orders.placed';
const CONFIRMED = 'orders.confirmed';
const REJECTED = 'orders.rejected';
const TOPICS = [PLACED, 'inventory.reserved', CONFIRMED, REJECTED, UNREADABLE_ORDERS];

/** Only a defect takes so long. */
const EVENTUALLY = { timeout: 30_000 };

let kafka: EmbeddedKafka;
let app: NestExpressApplication;
let url: string;
let worker: INestMicroservice;

async function startWorker(): Promise<void> {
  worker = await createWorker({ brokers: kafka.bootstrap, groupId: 'order-worker' }, []);
  await worker.listen();
}

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ brokers: 3, topics: TOPICS.map((name) => ({ name, partitions: 3 })) });
  app = await createApp({ brokers: kafka.bootstrap }, []);
  url = await listen(app, 0);
  await startWorker();
});
afterEach(async () => {
  await worker.close();
  await app.close();
  await kafka.stop();
});

async function place(order: object, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(order),
  });
  expect(response.status).toBe(201);
}

interface Event {
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function eventsIn(topic: string): Promise<Event[]> {
  const records = await kafka.recordsIn(topic, { isolation: 'read_committed' });
  return records.map(({ key, value, headers }) => ({
    key: key?.toString(),
    value: value?.toString() ?? '',
    headers: Object.fromEntries(headers.map((header) => [header.key, header.value?.toString() ?? ''])),
  }));
}

async function keysIn(topic: string): Promise<string[]> {
  const keys = (await eventsIn(topic)).map(({ key }) => key ?? '');
  return keys.toSorted((a, b) => a.localeCompare(b));
}

describe('the worker', () => {
  it('confirms an order within the credit limit and rejects one above it', async () => {
    await place(ORDER);
    await place(TOO_MUCH);

    await expect.poll(() => eventsIn(CONFIRMED), EVENTUALLY).toHaveLength(1);
    await expect.poll(() => eventsIn(REJECTED), EVENTUALLY).toHaveLength(1);
    const [confirmed] = await eventsIn(CONFIRMED);
    const [rejected] = await eventsIn(REJECTED);
    expect([confirmed?.key, JSON.parse(confirmed?.value ?? '')]).toEqual([
      'SO-26001',
      { orderId: 'SO-26001', customerId: 'C-1042', currency: 'EUR', total: 778 },
    ]);
    expect([rejected?.key, JSON.parse(rejected?.value ?? '')]).toEqual([
      'SO-26002',
      {
        orderId: 'SO-26002',
        customerId: 'C-1042',
        currency: 'EUR',
        total: 1_167,
        reason: 'above credit limit',
        creditLimitEur: 1_000,
      },
    ]);
  });

  it('puts the correlation id and the trace of the request on the answer too', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await place(ORDER, { 'x-correlation-id': 'req-1', traceparent, 'x-internal': 'no' });

    await expect.poll(() => eventsIn(CONFIRMED), EVENTUALLY).toHaveLength(1);
    for (const topic of [PLACED, 'inventory.reserved', CONFIRMED]) {
      expect((await eventsIn(topic)).map(({ headers }) => headers)).toEqual([
        { 'x-correlation-id': 'req-1', traceparent },
      ]);
    }
  });

  it('goes on where it was when it is started again, and answers nothing twice', async () => {
    const references = Array.from({ length: 20 }, (_, index) => `SO-${27_000 + index}`);
    await Promise.all(references.slice(0, 10).map((reference) => place({ ...ORDER, reference })));
    await expect.poll(() => keysIn(CONFIRMED), EVENTUALLY).toEqual(references.slice(0, 10));
    await worker.close();
    await Promise.all(references.slice(10).map((reference) => place({ ...ORDER, reference })));
    await startWorker();

    await expect.poll(() => keysIn(CONFIRMED), EVENTUALLY).toEqual(references);
    await place({ ...ORDER, reference: 'SO-28000' });
    await expect.poll(() => keysIn(CONFIRMED), EVENTUALLY).toEqual([...references, 'SO-28000']);
  });

  it('puts an order that nobody can read aside, as it came and with the reason, and answers those behind it', async () => {
    const placed = await import('kafkajs').then(({ Kafka, logLevel }) =>
      new Kafka({ brokers: kafka.bootstrap, logLevel: logLevel.NOTHING }).producer(),
    );
    await placed.connect();
    const good = JSON.stringify({ orderId: 'SO-26001', customerId: 'C-1042', currency: 'EUR', total: 10 });
    await placed.send({
      topic: PLACED,
      messages: [
        { key: 'a', value: '{"orderId":"?","currency":"EUR","customerId":"C-1042","total":1}', partition: 0 },
        { key: 'SO-26001', value: good, partition: 0 },
      ],
    });
    await placed.disconnect();

    await expect.poll(() => keysIn(CONFIRMED), EVENTUALLY).toEqual(['SO-26001']);
    const [unreadable, ...others] = await eventsIn(UNREADABLE_ORDERS);
    expect(others).toEqual([]);
    expect(unreadable).toMatchObject({
      key: 'a',
      value: '{"orderId":"?","currency":"EUR","customerId":"C-1042","total":1}',
    });
    expect(Object.values(unreadable?.headers ?? {}).join()).toContain(
      'The order cannot be read: orderId must be 4 to 32 capital letters, digits or hyphens',
    );
  });
});
