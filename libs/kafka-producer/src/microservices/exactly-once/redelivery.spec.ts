import { beforeEach, describe, expect, it } from 'vitest';

import { BufferExhaustedError } from '../../errors/delivery.errors.js';
import { UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { TransactionAbortedError } from '../../errors/transaction.errors.js';
import { PausedPartitions } from '../../observability/paused-partitions.js';
import { RedeliveryOptions } from './redelivery.options.js';
import { Redelivery, type FailedMessage } from './redelivery.js';

const OWN_FAULT = new Error('no stock for SO-1');
const OUTAGE = new BufferExhaustedError({
  topic: 'stock',
  sizeBytes: 1,
  bufferMemoryBytes: 1,
  maxBlockMs: 1,
  waitedFor: 'memory',
});

const at = (offset: number, partition = 0): FailedMessage => ({ topic: 'orders', partition, offset: String(offset) });

describe('redelivery', () => {
  let board: PausedPartitions;
  beforeEach(() => {
    board = new PausedPartitions();
  });

  /** No jitter. */
  function redelivery(options: Partial<RedeliveryOptions> = {}): Redelivery {
    const settings = { groupId: 'stock', backoffMs: 100, backoffMaxMs: 1_000, maxAttempts: 3, random: () => 0.5 };
    return new Redelivery(Object.assign(new RedeliveryOptions(), settings, options), board);
  }

  it('waits twice as long after every failure of a message, up to the longest wait', () => {
    const patient = redelivery({ maxAttempts: 100 });
    const delays = Array.from({ length: 6 }, () => patient.failed(at(7), OWN_FAULT));
    expect(delays).toEqual(
      [100, 200, 400, 800, 1_000, 1_000].map((delayMs, i) => ({ kind: 'retry', delayMs, attempts: i + 1 })),
    );
  });

  it.each([
    { random: 0, delayMs: 80 },
    { random: 1, delayMs: 120 },
  ])(
    'waits $delayMs ms when chance says $random, so that consumers that failed together do not come back together',
    (c) => {
      const settings = { groupId: 'stock', backoffMs: 100, random: () => c.random };
      const options = Object.assign(new RedeliveryOptions(), settings);
      expect(new Redelivery(options, board).failed(at(7), OWN_FAULT)).toMatchObject({ delayMs: c.delayMs });
    },
  );

  it('puts the message away at its last attempt, and starts anew with the next one', () => {
    const consumer = redelivery({ deadLetterTopic: 'orders.dead' });
    consumer.failed(at(7), OWN_FAULT);
    consumer.failed(at(7), OWN_FAULT);
    expect(consumer.failed(at(7), OWN_FAULT)).toEqual({ kind: 'dead-letter', topic: 'orders.dead', attempts: 3 });
    consumer.handled(at(7));
    expect(consumer.failed(at(8), OWN_FAULT)).toMatchObject({ kind: 'retry', attempts: 1 });
    expect(board.list()).toEqual([]);
  });

  it('pauses the partition at the message when there is no dead-letter topic, and says so', () => {
    const consumer = redelivery({ maxAttempts: 1 });
    expect(consumer.failed(at(7, 2), OWN_FAULT)).toEqual({ kind: 'pause', attempts: 1 });
    expect([consumer.isPaused('orders', 2), consumer.isPaused('orders', 0)]).toEqual([true, false]);
    expect(board.list()).toEqual([
      { groupId: 'stock', topic: 'orders', partition: 2, offset: '7', attempts: 1, reason: 'no stock for SO-1' },
    ]);
  });

  it('counts the attempts of each partition by themselves', () => {
    const consumer = redelivery();
    consumer.failed(at(7, 0), OWN_FAULT);
    consumer.failed(at(7, 0), OWN_FAULT);
    expect(consumer.failed(at(7, 1), OWN_FAULT)).toMatchObject({ attempts: 1, delayMs: 100 });
    expect([consumer.attemptsOf(at(7, 0)), consumer.attemptsOf(at(7, 1)), consumer.attemptsOf(at(8, 1))]).toEqual([
      2, 1, 0,
    ]);
  });

  it('counts for the message that failed alone: another one of the partition starts anew', () => {
    const consumer = redelivery();
    consumer.failed(at(7), OWN_FAULT);
    expect(consumer.failed(at(9), OWN_FAULT)).toMatchObject({ attempts: 1 });
  });

  it('keeps the count while messages before it are handled', () => {
    const consumer = redelivery();
    consumer.failed(at(10), OWN_FAULT);
    consumer.handled(at(9));
    expect(consumer.failed(at(10), OWN_FAULT)).toMatchObject({ attempts: 2 });
  });

  it('forgets a message when one behind it was handled', () => {
    const consumer = redelivery({ maxAttempts: 1 });
    consumer.failed(at(9), OWN_FAULT);
    consumer.handled(at(10));
    expect([consumer.isPaused('orders', 0), board.list()]).toEqual([false, []]);
  });

  it('does not count failures of the cluster, and waits longer and longer for it', () => {
    const consumer = redelivery();
    consumer.failed(at(7), OWN_FAULT);
    const outages = Array.from({ length: 5 }, () => consumer.failed(at(7), OUTAGE));
    expect(outages).toEqual([100, 200, 400, 800, 1_000].map((delayMs) => ({ kind: 'retry', delayMs, attempts: 1 })));
    expect(consumer.failed(at(7), OWN_FAULT)).toEqual({ kind: 'retry', delayMs: 200, attempts: 2 });
  });

  it('does not count a commit that brokers did not answer, and does count a handler that took too long', () => {
    const timeout = new TransactionAbortedError({ reason: 'timeout', detail: 'too late' });
    const consumer = redelivery();
    expect(consumer.failed(at(7), timeout, 'committing')).toMatchObject({ attempts: 0 });
    expect(consumer.failed(at(7), timeout, 'handling')).toMatchObject({ attempts: 1 });
  });

  it('tries to put a message away again when brokers do not answer, and does not count that', () => {
    const consumer = redelivery({ deadLetterTopic: 'orders.dead', maxAttempts: 1 });
    consumer.failed(at(7), OWN_FAULT);
    const timeout = new TransactionAbortedError({ reason: 'timeout', detail: 'no answer' });
    expect(consumer.deadLetterFailed(at(7), timeout)).toEqual({ kind: 'retry', delayMs: 100, attempts: 1 });
    expect(consumer.failed(at(7), OWN_FAULT)).toMatchObject({ kind: 'dead-letter' });
  });

  it('pauses the partition when the dead-letter topic does not take the message: nothing is skipped', () => {
    const consumer = redelivery({ deadLetterTopic: 'orders.dead', maxAttempts: 1 });
    consumer.failed(at(7), OWN_FAULT);
    const missing = new UnknownTopicError({ topic: 'orders.dead' });
    expect(consumer.deadLetterFailed(at(7), missing)).toEqual({ kind: 'pause', attempts: 1 });
    expect(board.list()).toMatchObject([
      { offset: '7', reason: expect.stringContaining("'orders.dead' does not exist") },
    ]);
  });

  it('forgets what it knows of partitions that went to another member, and keeps the rest', () => {
    const consumer = redelivery({ maxAttempts: 2 });
    for (const partition of [0, 1]) consumer.failed(at(7, partition), OWN_FAULT);
    for (const partition of [0, 1]) consumer.failed(at(7, partition), OWN_FAULT);
    consumer.assigned([{ topic: 'orders', partition: 1 }]);
    expect([consumer.isPaused('orders', 0), consumer.isPaused('orders', 1)]).toEqual([false, true]);
    expect(board.list()).toMatchObject([{ partition: 1 }]);
    expect(consumer.failed(at(7, 0), OWN_FAULT)).toMatchObject({ kind: 'retry', attempts: 1 });
  });

  it('compares offsets beyond 2^53 exactly', () => {
    const consumer = redelivery();
    const message = { topic: 'orders', partition: 0, offset: '9007199254740993' };
    consumer.failed(message, OWN_FAULT);
    consumer.handled({ ...message, offset: '9007199254740992' });
    expect(consumer.attemptsOf(message)).toBe(1);
    consumer.handled(message);
    expect(consumer.attemptsOf(message)).toBe(0);
  });
});
