import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EmbeddedKafka } from 'embedded-kafka';
import { KafkaProducerModule, KafkaProducerService } from 'nestjs-kafka-producer';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderPlaced } from '../src/orders/order-topics.js';
import { UNREADABLE_ORDERS } from '../src/worker/create-worker.js';

/** As `npm run start:worker` does, on the built output. */
const MAIN = join(import.meta.dirname, '../dist/worker/main.js');
const NODE_FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

/** Only a defect takes so long. */
const EVENTUALLY = { timeout: 60_000 };

let kafka: EmbeddedKafka;
let module: TestingModule;
let workers: ChildProcess[];

beforeEach(async () => {
  const names = [orderPlaced.topic, 'orders.confirmed', 'orders.rejected', UNREADABLE_ORDERS];
  const topics = names.map((name) => ({ name, partitions: 1 }));
  kafka = await EmbeddedKafka.start({ topics, transactionAbortIntervalMs: 1_000 });
  module = await Test.createTestingModule({
    imports: [KafkaProducerModule.forRoot({ client: { brokers: kafka.bootstrap } })],
  }).compile();
  await module.init();
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await module.close();
  await kafka.stop();
});

function spawnWorker(env: Readonly<Record<string, string>> = {}): { worker: ChildProcess; log: () => string } {
  const worker = fork(MAIN, {
    execArgv: NODE_FLAGS,
    silent: true,
    env: { ...process.env, NO_COLOR: '1', KAFKA_BROKERS: kafka.bootstrap.join(','), ...env },
  });
  workers.push(worker);
  let log = '';
  for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (text: Buffer) => (log += text.toString()));
  return { worker, log: () => log };
}

async function startWorker(): Promise<ChildProcess> {
  const { worker, log } = spawnWorker();
  const [said] = await Promise.race([once(worker, 'message'), once(worker, 'close')]);
  expect(said, log()).toBe('ready');
  return worker;
}

async function place(...orderIds: readonly string[]): Promise<void> {
  const order = {
    customerId: 'C-1042',
    customerName: 'Rosa Hughes',
    currency: 'EUR',
    total: 12,
    lineCount: 1,
  } as const;
  const records = orderIds.map((orderId) => orderPlaced({ ...order, orderId, placedAt: '2026-03-02T07:10:07Z' }));
  await module.get(KafkaProducerService).sendAll(records);
}

async function confirmed(): Promise<(string | undefined)[]> {
  const records = await kafka.recordsIn('orders.confirmed', { isolation: 'read_committed' });
  return records.map(({ key }) => key?.toString());
}

describe('the worker process', { timeout: 120_000 }, () => {
  it.each([
    ['never arrives', false],
    ['arrives after its death', true],
  ])('is killed while it commits, and its successor answers every order once: the commit %s', async (_, arrives) => {
    const commit = kafka.faults.onRequest('EndTxn', { clientId: 'order-worker', times: 1, action: 'hold' });
    const first = await startWorker();
    await place('SO-26001');
    await commit.struck(1);
    first.kill('SIGKILL');
    await once(first, 'exit');
    if (arrives) commit.release();

    await place('SO-26002', 'SO-26003');
    await startWorker();
    await expect.poll(confirmed, EVENTUALLY).toEqual(['SO-26001', 'SO-26002', 'SO-26003']);
    await place('SO-26004');
    await expect.poll(confirmed, EVENTUALLY).toEqual(['SO-26001', 'SO-26002', 'SO-26003', 'SO-26004']);
    // What the first one had written is there once more when its transaction was given up: nobody reads that.
    expect(await kafka.recordsIn('orders.confirmed')).toHaveLength(arrives ? 4 : 5);
  });

  it('answers what it has at hand on a SIGTERM, and the next one goes on without waiting for it', async () => {
    const first = await startWorker();
    await place('SO-26001');
    await expect.poll(confirmed, EVENTUALLY).toEqual(['SO-26001']);
    first.kill('SIGTERM');
    expect(await once(first, 'exit')).toEqual([null, 'SIGTERM']);
    await startWorker();
    await place('SO-26002');
    await expect.poll(confirmed, EVENTUALLY).toEqual(['SO-26001', 'SO-26002']);
  });

  it('says in a line what it cannot start with, and ends', async () => {
    const wrong = spawnWorker({ WORKER_GROUP: 'a b' });
    const nobody = spawnWorker({ KAFKA_BROKERS: '127.0.0.1:1' });
    expect(await once(wrong.worker, 'close')).toEqual([1, null]);
    expect(wrong.log()).toContain('WORKER_GROUP is "a b". Give letters, digits, dots, hyphens and underscores only.');
    expect(await once(nobody.worker, 'close')).toEqual([1, null]);
    expect(nobody.log()).toMatch(/OrderWorker\] The Kafka cluster at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/);
  });
});
