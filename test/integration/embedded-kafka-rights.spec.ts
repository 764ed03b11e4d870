import { EmbeddedKafka } from 'embedded-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { useProducer } from '../support/use-producer.js';

const ALICE = { username: 'alice', password: 'alice-secret' };

describe('the producer on an embedded cluster with rights', () => {
  let kafka: EmbeddedKafka;
  beforeAll(async () => {
    kafka = await EmbeddedKafka.start({
      topics: [{ name: 'orders' }, { name: 'payments' }],
      tls: true,
      sasl: { users: [ALICE] },
      acls: [{ principal: 'User:alice', operation: 'write', resource: { type: 'topic', name: 'orders' } }],
    });
  });
  afterAll(() => kafka.stop());

  const send = (mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512', password: string, topic = 'orders') => {
    const client = {
      clientId: 'test',
      brokers: kafka.bootstrap,
      ssl: { ca: [kafka.ca ?? ''] },
      sasl: { mechanism, username: 'alice', password },
    };
    return useProducer(kafka.bootstrap, { client, producer: { maxBlockMs: 2_000 } } as object, (producer) =>
      producer.send({ topic, value: 'v' }).catch((error: unknown) => error),
    );
  };

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('writes where it may, by %s', async (mechanism) => {
    expect(await send(mechanism, ALICE.password)).toMatchObject({ topic: 'orders', partition: 0 });
  });

  it('says that a password is wrong', async () => {
    expect(await send('scram-sha-256', 'wrong')).toMatchObject({ name: 'AuthenticationError' });
  });

  it('says that a right is lacking', async () => {
    expect(await send('plain', ALICE.password, 'payments')).toMatchObject({ name: 'AuthorizationError' });
  });
});
