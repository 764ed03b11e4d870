import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommittedRecords, inMemoryKafka, ScriptedOutcomes } from 'nestjs-kafka-producer/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from '../src/app.module.js';
import { AppConfig } from '../src/config/app.config.js';

const BOOKING = {
  showId: 'hamlet',
  email: 'rosa@example.org',
  seats: [
    { row: 'A', number: 1 },
    { row: 'X', number: 9 },
    { row: 'A', number: 2 },
  ],
};

let app: INestApplication;
let records: CommittedRecords;
let outcomes: ScriptedOutcomes;

async function start(config: Partial<AppConfig> = {}): Promise<void> {
  const builder = Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(AppConfig)
    .useValue(Object.assign(new AppConfig(), config));
  app = (await inMemoryKafka(builder).compile()).createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  records = app.get(CommittedRecords);
  outcomes = app.get(ScriptedOutcomes);
}
afterEach(() => app.close());

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${await app.getUrl()}${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}
const post = (body: unknown) => request('POST', '/bookings', body);

describe('bookings', () => {
  beforeEach(() => start());

  it('are told to the others before the customer hears of them', async () => {
    const response = await post(BOOKING);

    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: 'B-1', ...BOOKING });
    expect(records.in('bookings.placed')).toMatchObject([
      {
        keyText: 'B-1',
        json: { bookingId: 'B-1', showId: 'hamlet', email: 'rosa@example.org' },
        headers: { type: 'BookingPlaced', version: '1', seats: '3' },
      },
    ]);
  });

  it('reserve each seat that is for sale', async () => {
    await post(BOOKING);

    expect(records.in('seats.reserved').map(({ keyText, json }) => ({ keyText, json }))).toEqual([
      { keyText: 'hamlet', json: { bookingId: 'B-1', showId: 'hamlet', seat: 'A1' } },
      { keyText: 'hamlet', json: { bookingId: 'B-1', showId: 'hamlet', seat: 'A2' } },
    ]);
  });

  it('may have no seats', async () => {
    expect((await post({ ...BOOKING, seats: [] })).status).toBe(201);
    expect(records.all().map(({ topic }) => topic)).toEqual(['bookings.placed']);
  });

  it('are looked at without waiting for Kafka', async () => {
    await post(BOOKING);
    const held = outcomes.nextSend({ topic: 'bookings.viewed', outcome: 'slow' });

    expect((await request('GET', '/bookings/B-1')).status).toBe(200);
    expect(records.in('bookings.viewed')).toEqual([]);

    held.release();
    expect(await records.next('bookings.viewed')).toMatchObject({ keyText: 'B-1' });
  });

  it('are audited when there was something to cancel', async () => {
    await post(BOOKING);

    expect(await (await request('DELETE', '/bookings/B-1')).json()).toEqual({ cancelled: true });
    expect(await (await request('DELETE', '/bookings/B-1')).json()).toEqual({ cancelled: false });
    expect(records.in('bookings.audit')).toMatchObject([
      { keyText: 'B-1', json: { action: 'cancelled', bookingId: 'B-1', cancelled: true } },
    ]);
  });

  it.each([
    ['no show', { ...BOOKING, showId: '' }, 'showId must be longer than or equal to 1 characters'],
    ['a seat that is none', { ...BOOKING, seats: [{ row: 'A', number: 0 }] }, 'seats.0.number must not be less than 1'],
    ['a field nobody knows', { ...BOOKING, price: 0 }, 'property price should not exist'],
  ])('with %s are refused, and nobody is told', async (_, booking, message) => {
    const response = await post(booking);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: [message] });
    expect(records.all()).toEqual([]);
  });

  it('that do not exist are a plain 404', async () => {
    expect((await request('GET', '/bookings/B-9')).status).toBe(404);
    expect(records.all()).toEqual([]);
  });
});

describe('when Kafka says no', () => {
  it.each([
    ['too-large', 413, 'KAFKA_PRODUCER_RECORD_TOO_LARGE'],
    ['unauthorized', 500, 'KAFKA_PRODUCER_AUTHORIZATION'],
    ['unknown-topic', 500, 'KAFKA_PRODUCER_UNKNOWN_TOPIC'],
    ['fail', 500, 'KAFKA_PRODUCER_DELIVERY_REJECTED'],
  ] as const)('%s is HTTP %i, and the booking was not made', async (outcome, status, code) => {
    await start();
    outcomes.nextSend({ topic: 'bookings.placed', outcome });

    const response = await post(BOOKING);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ statusCode: status, code });
    expect((await request('GET', '/bookings/B-1')).status).toBe(404);
  });

  it('nothing is HTTP 503 with a Retry-After', async () => {
    await start({ deliveryTimeoutMs: 300, requestTimeoutMs: 200 });
    const held = outcomes.nextSend({ topic: 'bookings.placed', outcome: 'slow' });

    const response = await post(BOOKING);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({ statusCode: 503, code: 'KAFKA_PRODUCER_DELIVERY_TIMEOUT' });
    held.release();
  });

  it('about some seats, the whole booking fails', async () => {
    await start();
    outcomes.nextSend({ topic: 'seats.reserved', outcome: 'fail' });

    const response = await post(BOOKING);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ statusCode: 500, code: 'KAFKA_PRODUCER_BATCH_DELIVERY' });
  });
});

describe('GET /health/ready', () => {
  it('is up while events get through', async () => {
    await start();
    await post(BOOKING);

    const response = await request('GET', '/health/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      info: { kafka: { status: 'up', producer: 'default' } },
    });
  });

  it('is down while they do not', async () => {
    await start({ maxUnsentAgeMs: 1 });
    const held = outcomes.nextSend({ topic: 'bookings.placed', outcome: 'slow' });
    const waiting = post(BOOKING);
    await held.reached;

    await expect.poll(async () => (await request('GET', '/health/ready')).status, { timeout: 20_000 }).toBe(503);
    held.release();
    expect((await waiting).status).toBe(201);
  });
});
