import { describe, expect, it } from 'vitest';

import { resolveOptions, type ResolvedOptions } from './resolve-options.js';
import { problemsOf } from './spec-support/problems-of.js';

const client = { brokers: ['localhost:9092'] };

async function producerOf(producer: object): Promise<ResolvedOptions['producer']> {
  return (await resolveOptions({ client, producer })).producer;
}

describe('options that are left out', () => {
  it('have the documented defaults', async () => {
    expect(await resolveOptions({ client })).toEqual({
      client: {
        clientId: 'nestjs-kafka-producer',
        brokers: ['localhost:9092'],
        ssl: undefined,
        sasl: undefined,
        connectionTimeout: 10_000,
        authenticationTimeout: 10_000,
        reauthenticationThreshold: 10_000,
        socketFactory: undefined,
      },
      producer: {
        acks: 'all',
        enableIdempotence: true,
        lingerMs: 0,
        batchSizeBytes: 131_072,
        compressionType: 'none',
        compressionLevel: undefined,
        maxInFlightRequestsPerConnection: 5,
        retries: 2_147_483_647,
        deliveryTimeoutMs: 120_000,
        requestTimeoutMs: 30_000,
        retryBackoffMs: 100,
        retryBackoffMaxMs: 1_000,
        bufferMemoryBytes: 33_554_432,
        maxBlockMs: 60_000,
        maxRequestSizeBytes: 1_048_576,
        partitioner: 'sticky',
        metadataMaxAgeMs: 300_000,
        allowAutoTopicCreation: false,
      },
      transactions: {
        idPrefix: 'nestjs-kafka-producer',
        instanceId: undefined,
        timeoutMs: 60_000,
        commitTimeoutMs: 30_000,
        transactionTimeoutMs: 15_000,
        maxUnitBytes: 4_194_304,
        maxStagedBytes: 33_554_432,
        maxStreamingProducers: 10,
        acquireTimeoutMs: 10_000,
      },
      serializers: { key: undefined, value: undefined, header: undefined },
      connect: 'background',
      connectTimeoutMs: 10_000,
      shutdownTimeoutMs: 10_000,
      requestScope: undefined,
      defaultHeaders: undefined,
      propagateHeaders: [],
      resolveTopic: undefined,
      interceptors: [],
      codec: undefined,
      warnings: [],
    });
  });

  it('may also be undefined', async () => {
    const given = { client: { ...client, clientId: undefined }, producer: { acks: undefined, lingerMs: undefined } };
    expect(await resolveOptions({ ...given, connect: undefined, serializers: undefined })).toEqual(
      await resolveOptions({ client }),
    );
  });
});

describe('options of transactions', () => {
  it('have the client id as their prefix', async () => {
    const { transactions } = await resolveOptions({ client: { ...client, clientId: 'order-service' } });
    expect(transactions.idPrefix).toBe('order-service');
  });

  it('stage more than one unit may have', async () => {
    const transactions = { maxStagedBytes: 100, maxUnitBytes: 101 };
    await expect(resolveOptions({ client, transactions })).rejects.toMatchObject({
      problems: [{ path: 'transactions.maxStagedBytes', message: 'must be at least maxUnitBytes (101), got 100' }],
    });
  });
});

describe('the scope of requests', () => {
  it.each([
    ['an empty object', { requestScope: {} }, { transactional: false }],
    ['a transactional one', { requestScope: { transactional: true } }, { transactional: true }],
    ['headers to propagate', { propagateHeaders: ['traceparent'] }, { transactional: false }],
    ['no header to propagate', { propagateHeaders: [] }, undefined],
  ])('is there with %s', async (_title, given, requestScope) => {
    expect((await resolveOptions({ client, ...given })).requestScope).toEqual(requestScope);
  });
});

describe('options that are given', () => {
  it('are taken, and -1 acks are all', async () => {
    expect(await producerOf({ acks: -1, lingerMs: 20, compressionType: 'gzip', compressionLevel: 9 })).toMatchObject({
      acks: 'all',
      lingerMs: 20,
    });
    const partitioner = { partition: () => 0 };
    expect((await producerOf({ partitioner })).partitioner).toBe(partitioner);
    const functionOfBrokers = (): string[] => ['b:1'];
    const resolved = await resolveOptions({ client: { brokers: functionOfBrokers }, connect: 'lazy' });
    expect(resolved.client.brokers).toBe(functionOfBrokers);
    expect(resolved.connect).toBe('lazy');
  });

  it('load the codec, ready to use', async () => {
    const { codec } = await resolveOptions({ client, producer: { compressionType: 'lz4' } });
    expect(codec).toMatchObject({ type: 'lz4', id: 3 });
  });

  it('are neither changed nor shared, and what comes out is frozen', async () => {
    const given = Object.freeze({
      client: Object.freeze({ brokers: Object.freeze(['localhost:9092']) }),
      producer: Object.freeze({ lingerMs: 5 }),
    });
    const resolved = await resolveOptions(given);
    expect(resolved.client.brokers).not.toBe(given.client.brokers);
    for (const part of [resolved, resolved.client, resolved.client.brokers, resolved.producer, resolved.serializers]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('may be an object without a prototype or of a class', async () => {
    class Settings {
      client = client;
      producer = Object.assign(Object.create(null) as object, { lingerMs: 7 });
    }
    expect((await resolveOptions(new Settings())).producer.lingerMs).toBe(7);
  });

  it('may be getters of a class', async () => {
    class Settings {
      get client() {
        return new ClientSettings();
      }
      get shutdownTimeoutMs(): number {
        return -5;
      }
    }
    class ClientSettings {
      get brokers(): string[] {
        return ['localhost:9092'];
      }
      get clientId(): string {
        return '';
      }
    }
    expect(Object.keys(await problemsOf(new Settings()))).toEqual(['shutdownTimeoutMs', 'client.clientId']);
  });
});

describe('idempotence', () => {
  it.each<[object, string]>([
    [{ acks: 1 }, "acks: 'all', got 1"],
    [{ acks: 0 }, "acks: 'all', got 0"],
    [{ retries: 0 }, 'retries above 0, got 0'],
    [{ maxInFlightRequestsPerConnection: 6 }, 'maxInFlightRequestsPerConnection up to 5, got 6'],
  ])('is refused when asked for and off with a warning when not: %o', async (producer, reason) => {
    expect(await problemsOf({ client, producer: { ...producer, enableIdempotence: true } })).toEqual({
      'producer.enableIdempotence': `is true, which needs ${reason}`,
    });
    const resolved = await resolveOptions({ client, producer });
    expect(resolved.producer.enableIdempotence).toBe(false);
    expect(resolved.warnings).toEqual([expect.stringContaining(`Idempotence is off, because it needs ${reason}`)]);
    const quiet = await resolveOptions({ client, producer: { ...producer, enableIdempotence: false } });
    expect(quiet.warnings).toEqual([]);
  });

  it('is not blamed for an option that is wrong alone', async () => {
    const producer = { acks: 'some', enableIdempotence: true };
    expect(Object.keys(await problemsOf({ client, producer }))).toEqual(['producer.acks']);
  });
});

describe('defaults', () => {
  it('give way: a batch nobody sized fits a smaller buffer', async () => {
    expect(await producerOf({ bufferMemoryBytes: 65_536 })).toMatchObject({ batchSizeBytes: 65_536 });
  });
});
