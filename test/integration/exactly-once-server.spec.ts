import { RpcException } from '@nestjs/microservices';
import { Random } from 'embedded-kafka';
import { EMPTY, of } from 'rxjs';
import { expect, it } from 'vitest';

import { describeOnEachTransactionVersion } from '../support/each-transaction-version.js';
import { eachOnce, PARTITIONS, WorkerFixture } from '../support/worker-fixture.js';

const PATIENCE = { timeout: 45_000, interval: 50 };
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const QUICK_REDELIVERY = { backoffMs: 5, backoffMaxMs: 20 };

describeOnEachTransactionVersion('exactly-once handlers', (kafka) => {
  const worker = WorkerFixture.forEachTest(kafka);
  const { forward } = worker;
  const patience = { ...PATIENCE, message: `seed ${SEED}` };

  it.each([1, 20])(
    'answer each message once, %i per unit, when handlers fail at random',
    async (maxMessagesPerUnit) => {
      const random = new Random(SEED);
      let failures = 0;
      await worker.place(120);
      await worker.work(
        async (...message) => {
          if (random.chance(0.05)) throw new Error(`early: ${failures++}`);
          await forward(...message);
          if (random.chance(0.05)) throw new RpcException(`late: ${failures++}`);
        },
        { server: { maxMessagesPerUnit, redelivery: QUICK_REDELIVERY } },
      );
      await expect.poll(worker.outputs, patience).toEqual(eachOnce(120));
      expect(failures).toBeGreaterThan(0);
      await expect.poll(worker.offsets, PATIENCE).toEqual(Array.from({ length: PARTITIONS }, () => 40));
    },
  );

  it('answer each message once when members join and leave meanwhile', async () => {
    const random = new Random(SEED);
    await worker.place(600);
    let handled = 0;
    const handle: typeof forward = async (...message) => {
      handled++;
      await forward(...message);
      if (random.chance(0.03)) throw new Error('late');
      await new Promise((resolve) => setImmediate(resolve));
    };
    const options = { server: { redelivery: QUICK_REDELIVERY, maxMessagesPerUnit: 5 } };
    const first = await worker.work(handle, options);
    await expect.poll(() => handled, patience).toBeGreaterThan(50);
    await worker.work(handle, options);
    await expect.poll(() => handled, patience).toBeGreaterThan(150);
    await first.close();
    await worker.work(handle, options);
    await expect.poll(worker.outputs, patience).toEqual(eachOnce(600));
  });

  it('leave to the next member what one has handled that was expelled, and nothing of it is seen twice', async () => {
    await worker.place(1);
    let release!: () => void;
    const hung = new Promise<void>((resolve) => (release = resolve));
    const consumer = { rebalanceTimeout: 1_000 };
    const by: string[] = [];
    const first = await worker.work(
      async (...message) => {
        await forward(...message);
        by.push('first');
        if (by.length === 1) await hung;
      },
      { consumer },
    );
    await expect.poll(() => by, PATIENCE).toEqual(['first']);
    await worker.work(
      async (...message) => {
        await forward(...message);
        by.push('second');
      },
      { consumer },
    );
    await expect.poll(() => by, PATIENCE).toEqual(['first', 'second']);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(1));
    release();
    await first.close();
    await worker.send([{ topic: worker.input, value: '3', partition: 0 }]);
    await expect.poll(() => by, PATIENCE).toEqual(['first', 'second', 'second']);
    await expect.poll(worker.outputs, PATIENCE).toEqual([['0', '3'], [], []]);
  });

  it('go on as members after the group has expelled them', async () => {
    await worker.place(3);
    let release!: () => void;
    const hung = new Promise<void>((resolve) => (release = resolve));
    const by: string[] = [];
    const options = { consumer: { rebalanceTimeout: 1_000 }, server: { run: { partitionsConsumedConcurrently: 3 } } };
    await worker.work(async (...message) => {
      by.push('first');
      if (by.length <= 3) await hung;
      await forward(...message);
    }, options);
    await expect.poll(() => by.length, PATIENCE).toBe(3);
    const second = await worker.work(async (...message) => {
      by.push('second');
      await forward(...message);
    }, options);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(3));
    release();
    await second.close();
    await worker.send([3, 4, 5].map((value) => ({ topic: worker.input, value: String(value), partition: value % 3 })));
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(6));
    expect(by.slice(-3)).toEqual(['first', 'first', 'first']);
  });

  it('put a message away once that fails for good, and hold up nobody else', async () => {
    const dead = await worker.createTopic(`${worker.input}-dead`);
    await worker.place(30);
    const handledAt = new Map<string, number>();
    await worker.work(
      async (...message) => {
        handledAt.set(message[0], performance.now());
        await forward(...message);
        if (message[0] === '4') throw new RpcException('no stock');
      },
      { server: { redelivery: { ...QUICK_REDELIVERY, maxAttempts: 3, deadLetterTopic: dead } } },
    );
    const others = eachOnce(30).map((values) => values.filter((value) => value !== '4'));
    await expect.poll(worker.outputs, PATIENCE).toEqual(others);
    expect((await worker.outputs(dead)).flat()).toEqual(['4']);
    await expect.poll(worker.offsets, PATIENCE).toEqual([10, 10, 10]);
  });

  it('may reply by Observables, and have sent what they did not await', async () => {
    await worker.place(9);
    await worker.work((...message) => {
      void forward(...message);
      return Number(message[0]) < 3 ? EMPTY : of(1, 2);
    });
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(9));
  });

  it('end with the application between two messages, and nothing is lost or doubled', async () => {
    await worker.place(90);
    let handled = 0;
    for (let start = 0; start < 3; start++) {
      const before = handled;
      const app = await worker.work(async (...message) => {
        handled++;
        await forward(...message);
      });
      await expect.poll(() => handled, PATIENCE).toBeGreaterThan(before + 5);
      await app.close();
    }
    await worker.work(forward);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(90));
  });
});
