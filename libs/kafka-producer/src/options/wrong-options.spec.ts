import { describe, expect, it } from 'vitest';

import { resolveOptions } from './resolve-options.js';
import { problemsOf } from './spec-support/problems-of.js';

const client = { brokers: ['localhost:9092'] };

describe('wrong options', () => {
  it('are all reported at once', async () => {
    const problems = await problemsOf({
      client: { brokers: ['localhost'], retry: {} },
      producer: { lingerMs: '20', linger: 3, acks: 2, deliveryTimeoutMs: 10, compressionType: 'brotli' },
      serializers: { value: () => '' },
      connect: 'never',
      transactions: {},
    });
    expect(Object.keys(problems).toSorted()).toEqual([
      'client.brokers',
      'client.retry',
      'connect',
      'producer.acks',
      'producer.compressionType',
      'producer.linger',
      'producer.lingerMs',
      'serializers.value',
      'transactions',
    ]);
  });

  it.each<[string, unknown, string, string]>([
    ['nothing at all', undefined, 'client.brokers', "is required: an array of at least one 'host:port'"],
    ['text', 'localhost:9092', 'options', "must be an object, got 'localhost:9092'"],
    ['a client of the wrong kind', { client: 5 }, 'client', 'must be an object, got 5'],
    ['a producer that is null', { client, producer: null }, 'producer', 'must be an object, got null'],
    ['no brokers', { client: { brokers: [] } }, 'client.brokers', "is required: an array of at least one 'host:port'"],
    [
      'brokers as text',
      { client: { brokers: 'a:1' } },
      'client.brokers',
      "must be an array of 'host:port' or a function that returns one, got 'a:1'",
    ],
    [
      'a broker without a port',
      { client: { brokers: ['a:1', 'b', 7] } },
      'client.brokers',
      "must be 'host:port' each, got 'b', 7",
    ],
    [
      'a broker as a URL',
      { client: { brokers: ['kafka://a:1'] } },
      'client.brokers',
      "must be 'host:port' each, got 'kafka://a:1'",
    ],
    [
      'a port out of range',
      { client: { brokers: ['a:70000'] } },
      'client.brokers',
      "must be 'host:port' each, got 'a:70000'",
    ],
    [
      'an empty client id',
      { client: { ...client, clientId: ' ' } },
      'client.clientId',
      "must be a string that is not empty, got ' '",
    ],
    [
      'ssl as text',
      { client: { ...client, ssl: 'yes' } },
      'client.ssl',
      "must be true, false or the options of tls.connect(), got 'yes'",
    ],
    [
      'sasl without a mechanism',
      { client: { ...client, sasl: {} } },
      'client.sasl',
      "must be an object with a mechanism, such as { mechanism: 'scram-sha-512', username, password }",
    ],
    [
      'sasl without a password',
      { client: { ...client, sasl: { mechanism: 'plain', username: 'u' } } },
      'client.sasl',
      "with mechanism 'plain' needs password (a string)",
    ],
    [
      'a number as text',
      { client, producer: { lingerMs: '20' } },
      'producer.lingerMs',
      "must be a whole number of milliseconds from 0 to 2147483647, got '20'",
    ],
    [
      'a negative number',
      { client, producer: { maxBlockMs: -1 } },
      'producer.maxBlockMs',
      'must be a whole number of milliseconds from 0 to 2147483647, got -1',
    ],
    [
      'NaN',
      { client, producer: { batchSizeBytes: NaN } },
      'producer.batchSizeBytes',
      'must be a whole number of bytes from 0 to 2147483647, got NaN',
    ],
    ['null', { client, producer: { acks: null } }, 'producer.acks', "must be one of 'all', -1, 1, 0, got null"],
    [
      'a flag as text',
      { client, producer: { enableIdempotence: 'no' } },
      'producer.enableIdempotence',
      "must be true or false, got 'no'",
    ],
    [
      'an unknown compression',
      { client, producer: { compressionType: 'brotli' } },
      'producer.compressionType',
      "must be one of 'none', 'gzip', 'snappy', 'lz4', 'zstd', got 'brotli'",
    ],
    [
      'an unknown partitioner',
      { client, producer: { partitioner: 'random' } },
      'producer.partitioner',
      "must be 'sticky' or 'round-robin' or an object with a method partition(), got 'random'",
    ],
    [
      'a serializer as a function',
      { client, serializers: { key: () => 'x' } },
      'serializers.key',
      'must be an object with a method serialize(), got a function',
    ],
    ['headers as an object', { client, defaultHeaders: {} }, 'defaultHeaders', 'must be a function, got an object'],
    [
      'a level for a codec without levels',
      { client, producer: { compressionType: 'lz4', compressionLevel: 3 } },
      'producer.compressionLevel',
      "Compression 'lz4' has no levels, but level 3 is given: leave it out, or use 'gzip' or 'zstd'.",
    ],
    [
      'a level out of range',
      { client, producer: { compressionType: 'gzip', compressionLevel: 12 } },
      'producer.compressionLevel',
      "Compression 'gzip' has no level 12: use an integer from -1 to 9, or none for the default.",
    ],
    [
      'a delivery shorter than its parts',
      { client, producer: { lingerMs: 10, deliveryTimeoutMs: 30_000 } },
      'producer.deliveryTimeoutMs',
      'must be at least lingerMs + requestTimeoutMs (10 + 30000), got 30000',
    ],
    [
      'a batch larger than the buffer',
      { client, producer: { batchSizeBytes: 2000, bufferMemoryBytes: 1000 } },
      'producer.batchSizeBytes',
      'must not be more than bufferMemoryBytes (1000), got 2000',
    ],
    [
      'a back-off above its maximum',
      { client, producer: { retryBackoffMs: 2000 } },
      'producer.retryBackoffMaxMs',
      'must be at least retryBackoffMs (2000), got 1000',
    ],
  ])('say what would be right: %s', async (_title, options, path, message) => {
    expect((await problemsOf(options))[path]).toBe(message);
  });

  it('never repeat a secret', async () => {
    const sasl = { mechanism: 'scram-sha-513', username: 'u', password: 'hunter2' };
    const problems = await problemsOf({ client: { ...client, sasl } });
    expect(problems['client.sasl']).toMatch(/'scram-sha-513' is not built in/);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

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
      'is not available in this version',
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
    ['transactions', { client, transactions: {} }, 'transactions', 'is not available in this version'],
    ['requestScope', { client, requestScope: {} }, 'requestScope', 'is not available in this version'],
    ['interceptors', { client, interceptors: [] }, 'interceptors', 'is not available in this version'],
    ['propagateHeaders', { client, propagateHeaders: [] }, 'propagateHeaders', 'is not available in this version'],
    ['names of Object.prototype', { client, producer: { toString: 1 } }, 'producer.toString', 'is not an option'],
  ])('are refused with what was probably meant: %s', async (_title, options, path, message) => {
    expect((await problemsOf(options))[path]).toContain(message);
  });

  it('are nothing when they are undefined', async () => {
    const given = { client: { ...client, retry: undefined, logLevel: undefined }, transactions: undefined };
    await expect(resolveOptions(given)).resolves.toMatchObject({ connect: 'background' });
  });
});
