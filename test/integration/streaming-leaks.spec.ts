import { setTimeout as delay } from 'node:timers/promises';

import { EmbeddedKafka } from 'embedded-kafka';
import type { KafkaProducerService } from 'nestjs-kafka-producer';
import { describe, expect, it } from 'vitest';

import { useProducer } from '../support/use-producer.js';

const CAPACITY = 4;
const FAILURES = 10 * CAPACITY;
const STREAMING = { mode: 'streaming' } as const;
const OPTIONS = {
  producer: { requestTimeoutMs: 200, retryBackoffMs: 5, retryBackoffMaxMs: 20 },
  transactions: { timeoutMs: 1_500, commitTimeoutMs: 2_000, maxStreamingProducers: CAPACITY },
};
const AT_REST = { openUnits: 0, stagedBytes: 0, streamingProducers: 0, waitingForProducer: 0 };

/** After it nothing that went wrong keeps a broker from being reached: an answer that is still waited for, and the longest pause before a connection. */
const LONGEST_PAUSE_MS = 200 + 1_200 + 100;

/** Where a streaming unit may fail: nobody answers there as long as the fault is in place. */
const EDGES = [
  { edge: 'init', api: 'InitProducerId', side: 'onRequest', action: 'drop' },
  { edge: 'begin', api: 'AddPartitionsToTxn', side: 'onRequest', action: { errorCode: 53 } },
  { edge: 'send', api: 'Produce', side: 'onRequest', action: { errorCode: 87 } },
  { edge: 'offsets', api: 'TxnOffsetCommit', side: 'onRequest', action: { errorCode: 22 } },
  { edge: 'commit, which is not heard', api: 'EndTxn', side: 'onRequest', action: 'drop' },
  { edge: 'commit, whose answer is lost', api: 'EndTxn', side: 'onResponse', action: 'drop' },
  { edge: 'abort', api: 'EndTxn', side: 'onRequest', action: 'drop', workFails: true },
] as const;

/** Sockets and timers of this process, but for what it holds anyway. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout').length;
}

async function unit(producer: KafkaProducerService, name: string, workFails = false): Promise<void> {
  await producer.transaction(async (tx) => {
    for (let partition = 0; partition < 3; partition++) await tx.send({ topic: 'orders', partition, value: name });
    const offsets = [{ topic: 'input', partition: 0, offset: '1' }];
    await tx.sendOffsets({ groupId: name, offsets, member: 'unfenced' });
    if (workFails) {
      await delay(10);
      throw new Error('of the work');
    }
  }, STREAMING);
}

/** As many units as there are producers, each with one of them. */
async function fullCapacity(producer: KafkaProducerService): Promise<void> {
  const units = await Promise.all(
    Array.from({ length: CAPACITY }, () => producer.beginTransaction({ ...STREAMING, timeoutMs: 10_000 })),
  );
  expect(producer.stats().streamingProducers).toBe(CAPACITY);
  for (const [index, each] of units.entries()) {
    await each.send({ topic: 'orders', partition: 0, value: `healthy ${index}` });
    await each.commit();
  }
}

describe.each([1, 2] as const)(
  'ten times as many failures as there are producers, version %i',
  (transactionVersion) => {
    it.each(EDGES)(
      'leave nothing behind at the edge: $edge',
      { timeout: 60_000 },
      async ({ api, side, action, ...rest }) => {
        const topics = [
          { name: 'orders', partitions: 3 },
          { name: 'input', partitions: 1 },
        ];
        const before = handles();
        const kafka = await EmbeddedKafka.start({ brokers: 3, transactionVersion, topics });
        await useProducer(kafka.bootstrap, OPTIONS, async (producer) => {
          if (api !== 'InitProducerId') await fullCapacity(producer); // it is asked once per producer
          const fault = kafka.faults[side](api, { action });
          const failures = await Promise.allSettled(
            Array.from({ length: FAILURES }, (_, index) => unit(producer, `failure-${index}`, 'workFails' in rest)),
          );
          expect(failures.filter(({ status }) => status === 'fulfilled')).toEqual([]);
          expect(fault.hits).toBeGreaterThan(0);
          fault.remove();
          await expect.poll(() => producer.stats(), { timeout: 10_000 }).toMatchObject(AT_REST);
          await delay(LONGEST_PAUSE_MS);
          await fullCapacity(producer);
          expect(producer.stats()).toMatchObject(AT_REST);
        });
        await kafka.stop();
        await expect.poll(handles).toBeLessThanOrEqual(before);
      },
    );
  },
);
