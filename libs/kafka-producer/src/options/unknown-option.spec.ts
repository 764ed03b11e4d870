import { describe, expect, it } from 'vitest';

import { resolveOptions } from './resolve-options.js';
import { problemsOf } from './spec-support/problems-of.js';

const client = { brokers: ['localhost:9092'] };

describe('unknown names', () => {
  it.each<[string, unknown, string, string]>([
    [
      'Kafka’s spelling',
      { client, producer: { 'linger.ms': 5 } },
      'producer.linger.ms',
      "did you mean 'producer.lingerMs'?",
    ],
    [
      'the name without its unit',
      { client, producer: { batchSize: 5 } },
      'producer.batchSize',
      "did you mean 'producer.batchSizeBytes'?",
    ],
    ['a slip', { client, producer: { ackss: 1 } }, 'producer.ackss', "did you mean 'producer.acks'?"],
    ['a slip at the top', { cleint: client }, 'cleint', "did you mean 'client'?"],
    [
      'nothing like it',
      { client, serializers: { payload: {} } },
      'serializers.payload',
      'is not an option (known: key, value, header)',
    ],
    ['an option of another group', { client, lingerMs: 5 }, 'lingerMs', "did you mean 'producer.lingerMs'?"],
    [
      'a client option at the top, though a top-level one begins like it',
      { client, connectionTimeout: 5 },
      'connectionTimeout',
      "did you mean 'client.connectionTimeout'?",
    ],
    [
      'another group’s option in another spelling',
      { client, 'batch.size.bytes': 5 },
      'batch.size.bytes',
      "did you mean 'producer.batchSizeBytes'?",
    ],
    [
      'a refused name in another spelling',
      { client, producer: { 'transactional.id': 'x' } },
      'producer.transactional.id',
      'has no effect here: use transactions.idPrefix',
    ],
    [
      'a name another group refuses',
      { client, idempotent: true },
      'idempotent',
      "is not an option here; 'producer.idempotent' is called enableIdempotence here",
    ],
    [
      'the nearest of two that begin alike',
      { client, producer: { retryBackoff: 5 } },
      'producer.retryBackoff',
      "did you mean 'producer.retryBackoffMs'?",
    ],
    [
      'the nearest of two that begin alike, whichever comes first',
      { client, connectTimeout: 5 },
      'connectTimeout',
      "did you mean 'connectTimeoutMs'?",
    ],
    ['a slip in another group', { client, lingerMz: 5 }, 'lingerMz', "did you mean 'producer.lingerMs'?"],
    ['kafkajs’ retry', { client: { ...client, retry: {} } }, 'client.retry', 'use producer.retries'],
    [
      'kafkajs’ requestTimeout',
      { client: { ...client, requestTimeout: 1 } },
      'client.requestTimeout',
      'use producer.requestTimeoutMs',
    ],
    ['kafkajs’ logLevel', { client: { ...client, logLevel: 1 } }, 'client.logLevel', "Nest's Logger"],
    ['kafkajs’ idempotent', { client, producer: { idempotent: true } }, 'producer.idempotent', 'enableIdempotence'],
    ['a name from a factory', { client, name: 'audit' }, 'name', 'stands beside useFactory'],
    [
      'transactions',
      { client, transactions: { transactionalId: 'a' } },
      'transactions.transactionalId',
      'is made of idPrefix and instanceId here',
    ],
    [
      'transactional',
      { client, transactional: true },
      'transactional',
      "is not an option; did you mean 'requestScope.transactional'?",
    ],
    ['interceptor', { client, interceptor: [] }, 'interceptor', "is not an option; did you mean 'interceptors'?"],
    [
      'propagatedHeaders',
      { client, propagatedHeaders: [] },
      'propagatedHeaders',
      "is not an option; did you mean 'propagateHeaders'?",
    ],
    ['names of Object.prototype', { client, producer: { toString: 1 } }, 'producer.toString', 'is not an option'],
  ])('are refused with what was probably meant: %s', async (_title, options, path, message) => {
    expect((await problemsOf(options))[path]).toContain(message);
  });

  it('are nothing when they are undefined', async () => {
    const given = { client: { ...client, retry: undefined, logLevel: undefined }, transactions: undefined };
    await expect(resolveOptions(given)).resolves.toMatchObject({ connect: 'background' });
  });
});
