import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { describeOnOwnClusters } from '../support/own-clusters.js';
import type { TestKafka } from '../support/each-kafka.js';
import { RawConnection } from '../support/raw-connection.js';
import { coordinatorFor, fetchCommitted, RawProducer } from '../support/raw-transactions.js';

const LOOK_MS = 500;
const TIMEOUT_MS = 1_000;

describe.each([1, 2] as const)('transactions of level %s that take too long', (level) => {
  const clusters = {
    apache: {
      features: { 'transaction.version': level },
      serverProperties: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': String(LOOK_MS) },
    },
    embedded: { transactionVersion: level, transactionAbortIntervalMs: LOOK_MS },
  };
  describeOnOwnClusters('when the coordinator looks', clusters, (kafka: () => TestKafka) => {
    let connection: RawConnection;
    let topic: string;
    let producer: RawProducer;
    const end = (committed: boolean) => producer.end(committed, level === 2 ? 5 : 4);
    const version = level === 2 ? 12 : 11;

    beforeAll(async () => {
      connection = await RawConnection.open(kafka().bootstrap.at(0) ?? '');
      await coordinatorFor(connection, 0, 'group');
    });
    afterAll(() => connection.close());
    beforeEach(async () => {
      topic = await kafka().createTopic({ partitions: 3 });
      producer = await RawProducer.create(connection, { timeoutMs: TIMEOUT_MS });
      await producer.addPartitions(topic, [0]);
      await producer.produce(topic, 0, { version });
      await producer.state((state) => state === 'CompleteAbort');
    });

    it('are aborted, and the epoch rises', async () => {
      expect(await producer.settled()).toBe('CompleteAbort@1');
      expect(await fetchCommitted(connection, topic)).toMatchObject({
        lastStableOffset: 2,
        abortedTransactions: [{ producerId: producer.producerId, firstOffset: 0 }],
      });
    });

    it('take no more records', async () => {
      for (const [sequence, partition] of [
        [0, 0],
        [1, 0],
        [0, 1],
      ] as const) {
        for (const one of [10, 11, 12]) {
          expect(await producer.produce(topic, sequence, { partition, version: one })).toBe('INVALID_PRODUCER_EPOCH');
        }
      }
    });

    it('take no more partitions, groups and offsets', async () => {
      expect(await producer.addPartitions(topic, [0])).toEqual(['PRODUCER_FENCED']);
      expect(await producer.addOffsets('group')).toBe('PRODUCER_FENCED');
      for (const one of [3, 4, 5]) {
        expect(await producer.commitOffset('group', topic, 1, { version: one })).toBe('INVALID_PRODUCER_EPOCH');
      }
    });

    it('cannot be committed', async () => {
      expect((await end(true)).error).toBe(level === 2 ? 'INVALID_TXN_STATE' : 'PRODUCER_FENCED');
    });

    it('are known as aborted to their producer in TV2 only', async () => {
      const { error, epoch } = await end(false);
      expect([error, epoch]).toEqual(level === 2 ? ['OK', 1] : ['PRODUCER_FENCED', -1]);
      const next = producer.at(1);
      expect(await next.produce(topic, 0)).toBe(2);
      await next.finish(true);
    });

    it('let their producer go on with its epoch in TV2 only', async () => {
      const { error, epoch } = await producer.reinit();
      expect([error, epoch]).toEqual(level === 2 ? ['OK', 1] : ['PRODUCER_FENCED', -1]);
      expect((await producer.reinit()).error).toBe(error);
    });

    it('let a new instance in', async () => {
      expect(await producer.init()).toMatchObject({ error: 'OK', epoch: 2 });
      expect((await producer.reinit()).error).toBe('PRODUCER_FENCED');
    });

    it('are fenced the same way by a rival', async () => {
      const old = await RawProducer.create(connection);
      await old.addPartitions(topic, [1]);
      expect((await old.init()).error).toBe('CONCURRENT_TRANSACTIONS');
      expect(await old.settled()).toBe('CompleteAbort@1');
      expect((await old.end(true, level === 2 ? 5 : 4)).error).toBe(
        level === 2 ? 'INVALID_TXN_STATE' : 'PRODUCER_FENCED',
      );
      expect((await old.reinit()).error).toBe(level === 2 ? 'OK' : 'PRODUCER_FENCED');
      expect(await old.init()).toMatchObject({ error: 'OK', epoch: 2 });
    });

    it('may be of either level, whatever the cluster says', async () => {
      const newer = await RawProducer.create(connection);
      expect(await newer.produce(topic, 0, { partition: 2 })).toBe(0);
      expect(await newer.commitOffset('group', topic, 3)).toBe('OK');
      expect(await newer.finish(true)).toMatchObject({ epoch: 1 });
    });
  });
});
