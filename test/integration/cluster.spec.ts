import type { LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from '../support/apache-kafka.js';

type Client = Partial<NonNullable<Parameters<typeof KafkaProducerModule.forRoot>[0]['client']>>;
type Listener = Parameters<ApacheKafka['bootstrapOf']>[0];

const quiet = (): void => undefined;
const SILENT: LoggerService = { log: quiet, warn: quiet, error: quiet };
const ALICE = { username: 'alice', password: 'alice-secret' };

/** After this the broker ends a connection that has not authenticated again. */
const SESSION_MS = 5_000;

describeWithOwnKafka('listeners of Apache Kafka', () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    const serverProperties = { 'connections.max.reauth.ms': String(SESSION_MS) };
    kafka = await startApacheKafka({ sasl: { users: [ALICE] }, tls: true, serverProperties });
    await kafka.createTopic({ name: 'orders', partitions: 3 });
  });

  afterAll(() => kafka?.stop());

  async function withProducer<T>(
    listener: Listener,
    client: Client,
    work: (producer: KafkaProducerService) => Promise<T>,
  ): Promise<T> {
    const brokers = kafka.bootstrapOf(listener);
    const options = { client: { clientId: 'test', brokers, ...client }, producer: { maxBlockMs: 2_000 } };
    const imports = [KafkaProducerModule.forRoot(options)];
    const application = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
    await application.init();
    try {
      return await work(application.get(KafkaProducerService));
    } finally {
      await application.close();
    }
  }

  const send = (producer: KafkaProducerService) => producer.send({ topic: 'orders', key: 'k', value: 'v' });
  const trusted = () => ({ ca: [kafka.ca ?? ''] });

  it.each<[Listener, string, () => Client]>([
    ['PLAINTEXT', 'no credentials', () => ({})],
    ['SSL', 'no credentials', () => ({ ssl: trusted() })],
    ['SASL_PLAINTEXT', 'PLAIN', () => ({ sasl: { mechanism: 'plain', ...ALICE } })],
    ['SASL_PLAINTEXT', 'SCRAM-SHA-256', () => ({ sasl: { mechanism: 'scram-sha-256', ...ALICE } })],
    ['SASL_PLAINTEXT', 'SCRAM-SHA-512', () => ({ sasl: { mechanism: 'scram-sha-512', ...ALICE } })],
    [
      'SASL_PLAINTEXT',
      'OAUTHBEARER',
      () => ({ sasl: { mechanism: 'oauthbearer', oauthBearerProvider: unsignedToken } }),
    ],
    ['SASL_SSL', 'SCRAM-SHA-512', () => ({ ssl: trusted(), sasl: { mechanism: 'scram-sha-512', ...ALICE } })],
  ])('%s accept records with %s', async (listener, _credentials, client) => {
    const metadata = await withProducer(listener, client(), send);
    expect(metadata).toMatchObject({ topic: 'orders', offset: expect.stringMatching(/^\d+$/) });
  });

  it.each<[what: string, Listener, () => Client, expected: object]>([
    [
      'a wrong password for PLAIN',
      'SASL_PLAINTEXT',
      () => ({ sasl: { mechanism: 'plain', ...ALICE, password: 'wrong' } }),
      {
        name: 'AuthenticationError',
        mechanism: 'PLAIN',
        message: expect.stringContaining('Invalid username or password'),
      },
    ],
    [
      'a wrong password for SCRAM',
      'SASL_PLAINTEXT',
      () => ({ sasl: { mechanism: 'scram-sha-256', ...ALICE, password: 'wrong' } }),
      { name: 'AuthenticationError', mechanism: 'SCRAM-SHA-256' },
    ],
    [
      'a token the broker does not accept',
      'SASL_PLAINTEXT',
      () => ({ sasl: { mechanism: 'oauthbearer', oauthBearerProvider: () => Promise.resolve({ value: 'garbage' }) } }),
      { name: 'AuthenticationError', message: expect.stringContaining('invalid_token') },
    ],
    [
      'credentials on a listener without SASL',
      'PLAINTEXT',
      () => ({ sasl: { mechanism: 'plain', ...ALICE } }),
      { name: 'AuthenticationError', message: expect.stringContaining('this listener does not use SASL') },
    ],
    [
      'no credentials on a listener with SASL',
      'SASL_PLAINTEXT',
      () => ({}),
      { message: expect.stringContaining('Set client.sasl') },
    ],
    ['plaintext on a TLS listener', 'SSL', () => ({}), { message: expect.stringContaining('Set client.ssl') }],
    [
      'TLS on a plaintext listener',
      'PLAINTEXT',
      () => ({ ssl: true }),
      { message: expect.stringContaining('Remove client.ssl') },
    ],
    [
      'a certificate nobody vouches for',
      'SSL',
      () => ({ ssl: true }),
      { message: expect.stringContaining('client.ssl.ca') },
    ],
  ])('answer %s with what to change', async (_what, listener, client, expected) => {
    const failure = await withProducer(listener, client(), (producer) =>
      producer.partitionsFor('orders').catch((error: unknown) => error),
    );
    expect(failure).toMatchObject(expected);
  });

  it('keep a connection past the end of its session, because it authenticates again in time', async () => {
    // One second after it authenticated, so that a busy machine has four more.
    const reauthenticationThreshold = SESSION_MS - 1_000;
    const client: Client = { sasl: { mechanism: 'scram-sha-256', ...ALICE }, reauthenticationThreshold };
    const sent = await withProducer('SASL_PLAINTEXT', client, async (producer) => {
      await send(producer);
      const untilMs = performance.now() + SESSION_MS + 1_000;
      let records = 1;
      while (performance.now() < untilMs) {
        await send(producer);
        records++;
      }
      return { records, ...producer.stats() };
    });
    expect(sent).toMatchObject({ acknowledgedRecords: sent.records, retriedBatches: 0, failedRecords: 0 });
  });

  it('say that a topic does not exist, for its records only', async () => {
    const [missing, orders] = await withProducer('PLAINTEXT', {}, (producer) =>
      Promise.allSettled([producer.send({ topic: 'missing', value: 'v' }), send(producer)]),
    );
    expect(missing).toMatchObject({ reason: { name: 'UnknownTopicError', topic: 'missing' } });
    expect(orders.status).toBe('fulfilled');
  });

  it('tell the partitions of a topic and their leaders', async () => {
    const partitions = await withProducer('PLAINTEXT', {}, (producer) => producer.partitionsFor('orders'));
    expect(partitions).toHaveLength(3);
    expect(partitions[0]).toMatchObject({ partition: 0, leader: 1 });
  });
});

/** A token as Kafka's development mode takes it: nobody signed it, and it is good for a minute. */
async function unsignedToken(): Promise<{ value: string }> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const claims = { sub: 'alice', iat: nowSeconds, exp: nowSeconds + 60 };
  const parts = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return { value: `${parts.join('.')}.` };
}
