import { channel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';

import { BatchDeliveryError, DeliveryRejectedError } from '../errors/delivery.errors.js';
import { PropagationError } from '../errors/transaction.errors.js';
import type { InMemoryProducer } from '../testing/in-memory-producer.js';
import { boundOrders } from './spec-support/orders.js';

function textsIn(kafka: InMemoryProducer, topic: string): (string | null)[] {
  return kafka.records.in(topic).map(({ text }) => text);
}

/** What is published while the test runs. */
function failures(): { topic: string; recordCount: number }[] {
  const heard: { topic: string; recordCount: number }[] = [];
  const hear = (message: unknown): void => void heard.push(message as (typeof heard)[0]);
  channel('nestjs-kafka-producer:emit-failed').subscribe(hear);
  onTestFinished(() => {
    channel('nestjs-kafka-producer:emit-failed').unsubscribe(hear);
  });
  return heard;
}

/** Becomes true when the promise has settled. */
function watch(promise: Promise<unknown>): { readonly isSettled: boolean } {
  const watched = { isSettled: false };
  const settled = (): void => void (watched.isSettled = true);
  promise.then(settled, settled);
  return watched;
}

describe("an emit with waitFor: 'scope'", () => {
  it('does not hold its method, and holds the end of the scope', async () => {
    const { kafka, orders } = boundOrders();
    const slow = kafka.outcomes.nextSend({ outcome: 'slow', topic: 'orders' });
    let isBodyOver = false;
    const done = kafka.runInScope(async () => {
      await orders.place('a');
      isBodyOver = true;
      return 'result';
    });
    const watched = watch(done);
    await slow.reached;
    expect({ isBodyOver, ...watched }).toEqual({ isBodyOver: true, isSettled: false });
    slow.release();
    await expect(done).resolves.toBe('result');
    expect(textsIn(kafka, 'orders')).toEqual(['a']);
  });

  it('is waited for from the call of its method on: nobody has to await that', async () => {
    const { kafka, orders } = boundOrders();
    let resolve!: (id: string) => void;
    const working = new Promise<string>((settle) => (resolve = settle));
    const done = kafka.runInScope(async () => {
      void orders.later(working);
    });
    const watched = watch(done);
    await new Promise((resolve) => setImmediate(resolve));
    expect(watched.isSettled).toBe(false);
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'orders' });
    resolve('later');
    await expect(done).rejects.toThrow(DeliveryRejectedError);
  });

  it('is not waited for when its method fails', async () => {
    const { kafka, orders } = boundOrders();
    const refused = new Error('refused');
    const done = kafka.runInScope(async () => {
      orders.later(Promise.reject(refused)).catch(() => {});
      return 'result';
    });
    await expect(done).resolves.toBe('result');
    expect(textsIn(kafka, 'orders')).toEqual([]);
  });

  it.each([
    ['one record', (orders: ReturnType<typeof boundOrders>['orders']) => orders.place('a'), 'orders'],
    ['one per element', (orders: ReturnType<typeof boundOrders>['orders']) => orders.lines('a', 'b'), 'lines'],
  ])('acts as ack where no scope is open: %s', async (_title, call, topic) => {
    const { kafka, orders } = boundOrders();
    const slow = kafka.outcomes.nextSend({ outcome: 'slow', topic });
    const watched = watch(call(orders));
    await slow.reached;
    expect(watched.isSettled).toBe(false);
    slow.release();
    await expect.poll(() => watched.isSettled).toBe(true);
  });

  it('acts as ack when the scope is over, whoever still runs in its context', async () => {
    const { kafka, orders } = boundOrders();
    let late!: () => Promise<string>;
    await kafka.runInScope(async () => {
      late = (await import('node:async_hooks')).AsyncResource.bind(() => orders.place('late'));
    });
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'orders' });
    await expect(late()).rejects.toThrow(DeliveryRejectedError);
  });

  it('may stand beside one that is waited for in the method', async () => {
    const { kafka, orders } = boundOrders();
    kafka.outcomes.nextSend({ outcome: 'slow', topic: 'orders', afterMs: 20 });
    await kafka.runInScope(async () => {
      await orders.both('a');
      expect(textsIn(kafka, 'audit')).toEqual(['a']);
    });
    expect(textsIn(kafka, 'orders')).toEqual(['a']);
  });

  it('is staged inside a unit, like every other', async () => {
    const { kafka, orders } = boundOrders();
    await kafka.runInScope(async () => {
      await orders.inUnit('a');
      expect(textsIn(kafka, 'orders')).toEqual(['a']);
    });
  });
});

describe('what fails in a scope', () => {
  it('rejects it with the error of the only one, after all have settled', async () => {
    const { kafka, orders } = boundOrders();
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'orders' });
    const slow = kafka.outcomes.nextSend({ outcome: 'slow', topic: 'lines' });
    const done = kafka.runInScope(() => Promise.all([orders.place('a'), orders.lines('b', 'c')]));
    const watched = watch(done);
    await slow.reached;
    expect(watched.isSettled).toBe(false);
    slow.release();
    await expect(done).rejects.toThrow(DeliveryRejectedError);
    expect(textsIn(kafka, 'lines')).toEqual(['b', 'c']);
  });

  it('rejects it with the records of all that failed', async () => {
    const { kafka, orders } = boundOrders();
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'orders' });
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'lines' });
    const done = kafka.runInScope(() => Promise.all([orders.place('a'), orders.lines('b', 'c')]));
    const error = await done.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BatchDeliveryError);
    expect((error as BatchDeliveryError).results.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('is published when the work has thrown, and the error of the work is what the caller gets', async () => {
    const { kafka, orders } = boundOrders();
    const heard = failures();
    const slow = kafka.outcomes.nextSend({ outcome: 'slow', topic: 'lines', afterMs: 10 });
    kafka.outcomes.nextSend({ outcome: 'fail', topic: 'orders' });
    const work = kafka.runInScope(async () => {
      await orders.place('a');
      await orders.lines('b');
      throw new Error('no such customer');
    });
    await expect(work).rejects.toThrow('no such customer');
    await slow.reached;
    expect(heard).toMatchObject([{ producer: 'default', topic: 'orders', recordCount: 1 }]);
    expect(textsIn(kafka, 'lines')).toEqual(['b']);
  });
});

describe('a scope inside a scope', () => {
  it('joins it: the outer one waits', async () => {
    const { kafka, orders } = boundOrders();
    const slow = kafka.outcomes.nextSend({ outcome: 'slow', topic: 'orders' });
    let isInnerOver = false;
    const outer = watch(
      kafka.runInScope(async () => {
        await kafka.runInScope(() => orders.place('a'));
        isInnerOver = true;
      }),
    );
    await slow.reached;
    expect({ isInnerOver, ...outer }).toEqual({ isInnerOver: true, isSettled: false });
    slow.release();
    await expect.poll(() => outer.isSettled).toBe(true);
  });

  it('adds its headers for what it sends', async () => {
    const { kafka } = boundOrders({ propagateHeaders: ['a', 'b'] });
    await kafka.runInScope(
      async () => {
        await kafka.runInScope(() => kafka.send({ topic: 't', value: 1 }), { headers: { B: 'inner' } });
        await kafka.send({ topic: 't', value: 2 });
      },
      { headers: { a: 'outer', b: 'outer' } },
    );
    expect(kafka.records.in('t').map(({ headers }) => headers)).toEqual([
      { a: 'outer', b: 'inner' },
      { a: 'outer', b: 'outer' },
    ]);
  });
});

describe('a transactional scope', () => {
  it('is committed before it resolves', async () => {
    const { kafka, orders } = boundOrders();
    await kafka.runInScope(
      async () => {
        await orders.place('a');
        expect(textsIn(kafka, 'orders')).toEqual([]);
      },
      { transactional: true },
    );
    expect(textsIn(kafka, 'orders')).toEqual(['a']);
  });

  it('sends nothing when the work throws', async () => {
    const { kafka, orders } = boundOrders();
    const work = async (): Promise<void> => {
      await orders.place('a');
      throw new Error('no');
    };
    await expect(kafka.runInScope(work, { transactional: true })).rejects.toThrow('no');
    expect(kafka.records.all()).toEqual([]);
  });
});

it.each([
  ['no work', [undefined], 'runInScope() was given undefined instead of work'],
  ['options that are none', [async () => 1, 'x'], "runInScope() was given 'x' as options"],
  ['an unknown option', [async () => 1, { transaction: true }], "runInScope() has no option 'transaction'"],
  ['a wrong option', [async () => 1, { transactional: 1 }], 'runInScope() has transactional: 1'],
  ['a Map of headers', [async () => 1, { headers: new Map() }], 'runInScope() was given an object as headers'],
])('runInScope() refuses %s', async (_title, args, message) => {
  const { kafka } = boundOrders();
  const call = kafka.runInScope(...(args as [() => Promise<number>]));
  await expect(call).rejects.toThrow(PropagationError);
  await expect(call).rejects.toThrow(message);
});
