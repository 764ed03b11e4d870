import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import type { AfterTransactionFailed } from '../../observability/channels.js';
import { start } from '../../testing/spec-support/application.js';
import type { Transaction } from '../transaction.js';

const CHANNEL = 'nestjs-kafka-producer:after-transaction-failed';
const HOOKS = ['afterCommit', 'afterAbort', 'afterCompletion'] as const;
const record = { topic: 'orders', value: 'of the unit' };
const never = new Promise<void>(() => {});
const ofHook = (): never => {
  throw new Error('of the hook');
};
const ofWork = new Error('of the work');

/** An application, what its log and its channel were told of failures nobody could be told, and what an unhandled rejection would have been. */
async function listen() {
  const published: string[] = [];
  const unhandled: unknown[] = [];
  const note = (message: unknown): void => {
    const { producer, where, error } = message as AfterTransactionFailed;
    published.push(`${producer} ${where}: ${(error as Error).message}`);
  };
  const noteUnhandled = (error: unknown): void => void unhandled.push(error);
  subscribe(CHANNEL, note);
  process.on('unhandledRejection', noteUnhandled);
  onTestFinished(() => {
    unsubscribe(CHANNEL, note);
    process.off('unhandledRejection', noteUnhandled);
  });
  const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  const { producer, records } = await start();
  const seen = (): number => records.in('orders').length;
  return { producer, seen, published, unhandled, logged: () => log.mock.calls.map(([message]) => String(message)) };
}

describe('a hook that throws', () => {
  it.each([
    ['throws', ofHook],
    ['rejects', async () => ofHook()],
  ])('aborts the unit with its own error when it %s before the commit', async (_, hook) => {
    const { producer, seen } = await listen();
    const ended: string[] = [];
    const whole = producer.transaction(async (tx) => {
      await tx.send(record);
      tx.beforeCommit(hook);
      tx.beforeCommit(() => ended.push('a later hook'));
      tx.afterAbort((reason) => ended.push(`aborted: ${(reason as Error).message}`));
      tx.afterCompletion((outcome) => ended.push(outcome));
    });
    await expect(whole).rejects.toThrow('of the hook');
    expect(ended).toEqual(['aborted: of the hook', 'aborted']);
    expect(seen()).toBe(0);
    expect(producer.stats()).toMatchObject({ openUnits: 0, stagedBytes: 0 });
  });

  it.each([
    ['committed', 'afterCommit', undefined],
    ['committed', 'afterCompletion', undefined],
    ['aborted', 'afterAbort', ofWork],
    ['aborted', 'afterCompletion', ofWork],
  ] as const)('changes nothing when the unit is %s: %s', async (_, hook, error) => {
    const { producer, seen, published, unhandled, logged } = await listen();
    let wasNextCalled = false;
    const whole = producer.transaction(async (tx) => {
      await tx.send(record);
      tx[hook](async () => ofHook());
      tx.afterCompletion(() => (wasNextCalled = true));
      if (error !== undefined) throw error;
      return 'result';
    });
    expect(await whole.catch((reason: unknown) => reason)).toBe(error ?? 'result');
    expect(wasNextCalled).toBe(true);
    expect(published).toEqual([`default ${hook}: of the hook`]);
    expect(logged()).toEqual([`${hook}() of a transaction failed, which changes nothing for it: of the hook`]);
    expect(seen()).toBe(error === undefined ? 1 : 0);
    expect(unhandled).toEqual([]);
  });
});

describe('a hook before the commit', () => {
  it.each([
    ['a send failed', (tx: Transaction) => void tx.send({ topic: 'orders', value: () => {} })],
    ['it was marked', (tx: Transaction) => tx.markRollbackOnly('no stock')],
    [
      'a hook before it has marked it',
      (tx: Transaction) => {
        tx.beforeCommit(() => tx.markRollbackOnly('no stock'));
      },
    ],
  ])('is not asked for a unit that can only be aborted: %s', async (_, spoil) => {
    const { producer, seen } = await listen();
    let wasAsked = false;
    const whole = producer.transaction(async (tx) => {
      await tx.send(record);
      spoil(tx);
      tx.beforeCommit(() => (wasAsked = true));
    });
    await expect(whole).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_TRANSACTION_ABORTED' });
    expect(wasAsked).toBe(false);
    expect(seen()).toBe(0);
  });
});

describe('a hook that hangs', () => {
  it('before the commit is over with the deadline of the unit, and nothing is sent', async () => {
    const { producer, seen, published } = await listen();
    let fail!: (error: Error) => void;
    const hanging = new Promise<void>((_, reject) => (fail = reject));
    const whole = producer.transaction(
      async (tx) => {
        await tx.send(record);
        tx.beforeCommit(() => hanging);
      },
      { timeoutMs: 30 },
    );
    await expect(whole).rejects.toMatchObject({ reason: 'timeout' });
    expect(seen()).toBe(0);
    expect(published).toEqual([]);
    fail(new Error('too late'));
    await expect.poll(() => published).toEqual(['default beforeCommit: too late']);
    expect(producer.stats()).toMatchObject({ openUnits: 0, stagedBytes: 0 });
  });

  it.each(HOOKS)('%s delays nobody but its own caller', async (hook) => {
    const { producer, seen } = await listen();
    let hangs!: () => void;
    const isHanging = new Promise<void>((resolve) => (hangs = resolve));
    let isOver = false;
    const hang = (tx: Transaction): void =>
      tx[hook](() => {
        hangs();
        return never;
      });
    void producer
      .transaction(async (tx) => {
        await tx.send(record);
        hang(tx);
        if (hook === 'afterAbort') throw ofWork;
      })
      .then(
        () => (isOver = true),
        () => (isOver = true),
      );
    await isHanging;
    const before = seen();
    await Promise.all(Array.from({ length: 20 }, () => producer.transaction((tx) => tx.send(record))));
    expect(seen() - before).toBe(20);
    expect(isOver).toBe(false);
    expect(producer.stats()).toMatchObject({ openUnits: 0, waitingUnits: 0, stagedBytes: 0 });
  });
});

describe('hooks after the end', () => {
  it.each(['afterCommit', 'afterCompletion'] as const)('send outside of the unit: %s', async (hook) => {
    const { producer, seen } = await listen();
    let current: Transaction | undefined;
    await producer.transaction(async (tx) => {
      await tx.send(record);
      tx[hook](async () => {
        current = producer.currentTransaction();
        await producer.send({ topic: 'orders', value: 'afterwards' });
      });
    });
    expect(current).toBeUndefined();
    expect(seen()).toBe(2);
  });
});
