import { describe, expect, it } from 'vitest';

import { problemsOf } from './spec-support/problems-of.js';

const client = { brokers: ['localhost:9092'] };

describe('wrong options', () => {
  it('are all reported at once', async () => {
    const problems = await problemsOf({
      client: { brokers: ['localhost'], retry: {} },
      producer: { lingerMs: '20', linger: 3, acks: 2, deliveryTimeoutMs: 10, compressionType: 'brotli' },
      serializers: { value: () => '' },
      connect: 'never',
      requestScope: { transactional: 'yes' },
      propagateHeaders: 'traceparent',
    });
    expect(Object.keys(problems).toSorted()).toEqual([
      'client.brokers',
      'client.retry',
      'connect',
      'producer.acks',
      'producer.compressionType',
      'producer.linger',
      'producer.lingerMs',
      'propagateHeaders',
      'requestScope.transactional',
      'serializers.value',
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
    ['a scope that is only switched on', { client, requestScope: true }, 'requestScope', 'must be an object, got true'],
    [
      'a header to propagate twice',
      { client, propagateHeaders: ['X-Id', 'x-id'] },
      'propagateHeaders',
      "must be an array of strings that are not empty, none of them twice, got ['X-Id', 'x-id']",
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
