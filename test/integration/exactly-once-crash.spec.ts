import type { INestMicroservice } from '@nestjs/common';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { transactional, useEmbeddedBrokers } from '../support/each-transaction-version.js';
import { QUICK } from '../support/worker-app.js';
import { eachOnce, WorkerFixture } from '../support/worker-fixture.js';

const PATIENCE = { timeout: 45_000, interval: 50 };
const COUNT = 30;

/** Whether kafkajs said, of each crash, that it starts the consumer again. */
function restartsOf(app: INestMicroservice): boolean[] {
  const restarts: boolean[] = [];
  const [, consumer] = app.unwrap<[unknown, Consumer]>();
  consumer.on(consumer.events.CRASH, ({ payload }) => void restarts.push(payload.restart));
  return restarts;
}

async function membersOf(brokers: string[], groupId: string): Promise<number> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([groupId]);
    return groups.flatMap(({ members }) => members).length;
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs itself would leave a process that is alive and consumes nothing. */
describe('a consumer of exactly-once handlers that kafkajs gives up for good', () => {
  const kafka = useEmbeddedBrokers();
  const worker = WorkerFixture.forEachTest(() => transactional(kafka()));
  const refuse = (api: 'Heartbeat' | 'JoinGroup', times?: number) =>
    kafka().faults.onRequest(api, {
      groupId: worker.groupId,
      ...(times !== undefined && { times }),
      action: { errorCode: 'GROUP_AUTHORIZATION_FAILED' },
    });

  it('comes back after it has lost a right at work, and handles what is left, each message once', async () => {
    await worker.place(COUNT);
    const handled: string[] = [];
    const refused: ReturnType<typeof refuse>[] = [];
    const app = await worker.work(async (...message) => {
      await worker.forward(...message);
      handled.push(message[0]);
      if (handled.length !== 5) return;
      refused.push(refuse('Heartbeat'));
      await refused[0]?.struck();
    });
    const restarts = restartsOf(app);
    await expect.poll(() => restarts, PATIENCE).toEqual([false]);
    expect(handled.length).toBeLessThan(COUNT);
    refused[0]?.remove();
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(COUNT));
    expect(handled.toSorted()).toEqual(eachOnce(COUNT).flat().toSorted());
    await expect.poll(worker.offsets, PATIENCE).toEqual([10, 10, 10]);
  });

  it('tries until it has the right that it was started without', async () => {
    await worker.place(3);
    const refused = refuse('JoinGroup', 2);
    await worker.work(worker.forward);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(3));
    expect(refused.hits).toBe(2);
  });

  it('comes back when nobody can say whether it may, as with kafkajs', async () => {
    await worker.place(3);
    const refused = refuse('JoinGroup', 1);
    const asked: string[] = [];
    const restartOnFailure = (error: Error) => {
      asked.push(error.message);
      return Promise.reject(new Error('no answer'));
    };
    await worker.work(worker.forward, { consumer: { retry: { ...QUICK.retry, restartOnFailure } } });
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(3));
    expect(refused.hits).toBe(1);
    expect(asked).toHaveLength(1);
  });

  it('leaves no member behind when the application closes while it comes back', async () => {
    await worker.place(3);
    refuse('JoinGroup', 1);
    const held = kafka().faults.onRequest('JoinGroup', { groupId: worker.groupId, times: 1, action: 'hold' });
    const app = await worker.work(worker.forward);
    await held.struck();
    const closed = app.close();
    held.release();
    await closed;
    await expect.poll(() => membersOf(kafka().bootstrap, worker.groupId), PATIENCE).toBe(0);
    await worker.work(worker.forward);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(3));
  });
});
