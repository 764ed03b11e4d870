import { isKafkaProducerError } from 'nestjs-kafka-producer';
import { describe, expect, it } from 'vitest';

import { transactional, useEmbeddedBrokers } from '../support/each-transaction-version.js';
import { eachOnce, WorkerFixture } from '../support/worker-fixture.js';

const PATIENCE = { timeout: 45_000, interval: 50 };

/** Something that a handler waits for. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('an application that closes while an exactly-once handler is at work', () => {
  const kafka = useEmbeddedBrokers();
  const worker = WorkerFixture.forEachTest(() => transactional(kafka()));
  const heartbeats = () => kafka().requests('Heartbeat').length;

  it('lets it finish, as a member of its group, and begins no other message', async () => {
    await worker.send([0, 3, 6].map((value) => ({ topic: worker.input, value: String(value), partition: 0 })));
    const { opened, open } = gate();
    const handled: string[] = [];
    const app = await worker.work(async (...message) => {
      handled.push(message[0]);
      await opened;
      await worker.forward(...message);
    });
    await expect.poll(() => handled, PATIENCE).toEqual(['0']);
    const closed = app.close();
    const before = heartbeats();
    await expect.poll(heartbeats, PATIENCE).toBeGreaterThan(before + 3);
    open();
    await closed;
    expect(handled).toEqual(['0']);
    expect(await worker.outputs()).toEqual([['0'], [], []]);
    expect((await worker.offsets())[0]).toBe(1);
    await worker.work(worker.forward);
    await expect.poll(worker.outputs, PATIENCE).toEqual([['0', '3', '6'], [], []]);
  });

  it('does not wait for one that hangs: nothing of its unit is committed, and the message is handled once by who comes next', async () => {
    await worker.place(3);
    const { opened, open } = gate();
    const late: unknown[] = [];
    const handled: string[] = [];
    const app = await worker.work(
      async (value, partition, producer) => {
        await producer.send({ topic: worker.output, value: `hung ${value}`, partition });
        handled.push(value);
        await opened;
        await producer
          .send({ topic: worker.output, value: 'late', partition })
          .catch((error: unknown) => late.push(error));
      },
      { server: { run: { partitionsConsumedConcurrently: 3 } } },
    );
    await expect.poll(() => handled.toSorted(), PATIENCE).toEqual(['0', '1', '2']);
    await app.close();
    expect(await worker.outputs()).toEqual([[], [], []]);
    expect((await worker.offsets()).filter((offset) => offset > 0)).toEqual([]);
    await worker.work(worker.forward);
    await expect.poll(worker.outputs, PATIENCE).toEqual(eachOnce(3));
    open();
    await expect.poll(() => late, PATIENCE).toHaveLength(3);
    expect(late.every((error) => isKafkaProducerError(error))).toBe(true);
    await expect.poll(worker.offsets, PATIENCE).toEqual([1, 1, 1]);
    expect(await worker.outputs()).toEqual(eachOnce(3));
    expect(handled).toHaveLength(3);
  });
});
