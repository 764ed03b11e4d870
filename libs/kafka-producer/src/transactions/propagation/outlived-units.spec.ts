import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';

import { start } from '../../testing/spec-support/application.js';

const record = (value: string) => ({ topic: 'orders', value });

it('a timer made inside a unit that has ended may not send, and a transaction it starts is one of its own', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
  const { producer, records } = await start();
  const told: string[] = [];
  /** Code as a pool or a cron job would run it, in the async context it inherited. */
  const later = async (): Promise<void> => {
    expect(producer.currentTransaction()).toBeUndefined();
    await producer.send(record('bare')).catch(({ code }: { code: string }) => told.push(code));
    await producer.sendAll([record('bare')]).catch(({ code }: { code: string }) => told.push(code));
    await producer.enqueue(record('bare')).catch(({ code }: { code: string }) => told.push(code));
    for (const value of ['own', 'own too']) await producer.transaction((tx) => tx.send(record(value)));
    await producer.withoutTransaction(() => producer.send(record('left')));
  };
  let fire!: () => void;
  const isOver = new Promise<void>((resolve) => (fire = resolve));
  let inTimer!: Promise<void>;
  await producer.transaction(async () => {
    await producer.send(record('inside'));
    // Made here, and so in this context for ever; runs when the unit is over.
    inTimer = isOver.then(() => new Promise((turn) => setTimeout(turn))).then(later);
  });
  fire();
  await inTimer;
  expect(told).toEqual(Array.from({ length: 3 }, () => 'KAFKA_PRODUCER_TRANSACTION_ENDED'));
  expect(records.in('orders').map(({ text }) => text)).toEqual(['inside', 'own', 'own too', 'left']);
  const warnings = warn.mock.calls.map(([message]) => String(message));
  expect(warnings.filter((message) => message.includes('made inside that one and outlived it'))).toHaveLength(1);
});

it('a send that nobody awaited and that fails ends the unit and no process', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const { producer, records } = await start({
    serializers: {
      value: {
        serialize: async (value) => {
          if (value === 'bad') throw new Error('not this one');
          return String(value);
        },
      },
    },
  });
  const whole = producer.transaction(async (tx) => {
    void tx.send(record('bad'));
    void tx.sendAll([record('good'), record('bad')]);
    void producer.enqueue(record('bad'));
    void tx.results();
    await tx.send(record('good'));
  });
  await expect(whole).rejects.toMatchObject({
    reason: 'rollback-only',
    cause: { code: 'KAFKA_PRODUCER_SERIALIZATION' },
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  expect(records.in('orders')).toEqual([]);
});
