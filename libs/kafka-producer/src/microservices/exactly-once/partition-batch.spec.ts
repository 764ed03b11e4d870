import { beforeEach, describe, expect, it } from 'vitest';

import { BrokerAnswerError } from '../../cluster/cluster.errors.js';
import { DeliveryTimeoutError } from '../../errors/delivery.errors.js';
import { TransactionAbortedError, TransactionOutcomeUnknownError } from '../../errors/transaction.errors.js';
import { BatchFixture } from './spec-support/batch-fixture.js';

const refused = (errorCode: number) =>
  new TransactionAbortedError({
    reason: 'rejected',
    detail: 'offsets',
    cause: new BrokerAnswerError({ broker: 'b', request: 'offsets', errorCode }),
  });
const outage = new TransactionAbortedError({
  reason: 'timeout',
  detail: 'no answer',
  cause: new DeliveryTimeoutError({ topic: 'out', partition: 0, persisted: 'no', elapsedMs: 1, attempts: 1 }),
});

describe('a batch of a partition', () => {
  let consumer: BatchFixture;

  beforeEach(() => {
    consumer = new BatchFixture();
  });

  const offsetsOf = () => consumer.committed.map(({ offset }) => offset);

  it('is a unit for each message, with the offset behind it, in the name of who fetched it', async () => {
    await consumer.consume(5, 6, 9);
    expect(consumer.committed).toEqual([
      { sent: [{ topic: 'out', value: '5' }], offset: '6' },
      { sent: [{ topic: 'out', value: '6' }], offset: '7' },
      { sent: [{ topic: 'out', value: '9' }], offset: '10' },
    ]);
    expect(consumer.members).toEqual([consumer.tap.identity, consumer.tap.identity, consumer.tap.identity]);
    expect(consumer.resolved).toEqual(['5', '6', '9']);
    expect(consumer.tap.committedOffset('in', 2)).toBe('10');
  });

  it('is a unit for so many messages as may share one', async () => {
    consumer.use({ maxMessagesPerUnit: 2 });
    await consumer.consume(5, 6, 7);
    expect(consumer.committed.map(({ sent }) => sent.length)).toEqual([2, 1]);
    expect(offsetsOf()).toEqual(['7', '8']);
  });

  it('waits with everything behind a message that failed, and fetches it again after its back-off', async () => {
    consumer.poison.set('6', new Error('no stock'));
    await consumer.consume(5, 6, 7);
    expect([consumer.handled, consumer.resolved]).toEqual([['5', '6'], ['5']]);
    expect(await consumer.withheldMs()).toBe(100);
    await consumer.clock.advance(100);
    await consumer.consume(6, 7);
    expect(await consumer.withheldMs()).toBe(200);
    consumer.poison.clear();
    await consumer.clock.advance(200);
    await consumer.consume(6, 7);
    expect(offsetsOf()).toEqual(['6', '7', '8']);
    expect(consumer.log).toHaveLength(2);
    expect(consumer.log[0]).toBe('warn: The message at offset 6 of in[2] failed, attempt 1; again in 100 ms: no stock');
  });

  it('handles the messages of a unit that failed one by one, until it is known which is to blame', async () => {
    consumer.use({ maxMessagesPerUnit: 10 });
    consumer.poison.set('7', new Error('no stock'));
    await consumer.consume(5, 6, 7, 8);
    expect(consumer.handled).toEqual(['5', '6', '7', '5', '6', '7']);
    expect(offsetsOf()).toEqual(['6', '7']);
    expect(consumer.log[0]).toContain('offset 7 of in[2] failed, attempt 1');

    consumer.poison.clear();
    consumer.handled.length = 0;
    await consumer.consume(7, 8, 9);
    expect(consumer.committed.slice(2)).toMatchObject([{ offset: '8' }, { offset: '10' }]);
  });

  it('puts a message away that failed too often, in a unit with its offset, and goes on', async () => {
    consumer.use({ maxMessagesPerUnit: 2, maxAttempts: 1, deadLetterTopic: 'dead' });
    consumer.poison.set('5', { status: 'error', message: 'Internal server error' });
    await consumer.consume(5, 6, 7);
    expect(consumer.committed).toMatchObject([
      { sent: [{ topic: 'dead', headers: { 'dead-letter-error-message': ['Internal server error'] } }], offset: '6' },
      { sent: [{ value: '6' }, { value: '7' }], offset: '8' },
    ]);
    expect(consumer.resolved).toEqual(['5', '7']);
    expect(consumer.log).toEqual([
      'error: The message at offset 5 of in[2] failed, attempt 1; it goes to dead: Internal server error',
    ]);
  });

  it('tries to put a message away again when brokers did not take it', async () => {
    consumer.use({ maxAttempts: 1, deadLetterTopic: 'dead' });
    consumer.poison.set('5', new Error('no stock'));
    consumer.verdicts.push(outage);
    await consumer.consume(5);
    expect(await consumer.withheldMs()).toBe(100);
    await consumer.consume(5);
    expect(consumer.committed).toMatchObject([{ sent: [{ topic: 'dead' }], offset: '6' }]);
  });

  it('pauses without a place to put it, and skips nothing', async () => {
    consumer.use({ maxAttempts: 1 });
    consumer.poison.set('5', new Error('no stock'));
    await consumer.consume(5, 6);
    expect(await consumer.withheldMs()).toBe(Infinity);
    expect(consumer.paused).toMatchObject([{ groupId: 'stock', topic: 'in', partition: 2, offset: '5', attempts: 1 }]);
    consumer.join(2);
    await consumer.consume(5, 6);
    expect(consumer.handled).toEqual(['5']);
    expect(await consumer.withheldMs()).toBe(Infinity);
  });

  it('does not count against a message what is not its fault', async () => {
    consumer.use({ maxAttempts: 1, deadLetterTopic: 'dead' });
    consumer.verdicts.push(outage, outage);
    await consumer.consume(5);
    await consumer.consume(5);
    expect(await consumer.withheldMs()).toBe(200);
    await consumer.consume(5);
    expect(consumer.committed).toEqual([{ sent: [{ topic: 'out', value: '5' }], offset: '6' }]);
  });

  it.each([
    ['an old generation', refused(22), 'ILLEGAL_GENERATION'],
    ['a member that was expelled', refused(25), 'UNKNOWN_MEMBER_ID'],
    [
      'a verdict that was not heard',
      new TransactionOutcomeUnknownError({ transactionalId: 't', detail: 'd' }),
      'REBALANCE_IN_PROGRESS',
    ],
  ])('has the consumer join its group again after %s', async (_what, verdict, type) => {
    consumer.verdicts.push(verdict);
    await expect(consumer.consume(5, 6)).rejects.toMatchObject({ name: 'KafkaJSProtocolError', type });
    expect([consumer.handled, consumer.resolved]).toEqual([['5'], []]);
    expect(await consumer.withheldMs()).toBe(0);
  });

  it('has the consumer join again when a heartbeat in a handler says so, whatever became of that error on its way', async () => {
    consumer.heartbeat = () =>
      Promise.reject(Object.assign(new Error('rebalancing'), { type: 'REBALANCE_IN_PROGRESS' }));
    consumer.handle = async (payload) => {
      await payload.heartbeat().catch(() => {
        throw new Error('Internal server error');
      });
    };
    await expect(consumer.consume(5)).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  });

  it('resolves nothing for a consumer that has become somebody else meanwhile, and handles nothing more', async () => {
    consumer.handle = async ({ message }) => {
      consumer.handled.push(message.offset);
      consumer.join(2);
    };
    await consumer.consume(5, 6);
    expect([consumer.handled, offsetsOf(), consumer.resolved]).toEqual([['5'], ['6'], []]);
    expect(consumer.tap.committedOffset('in', 2)).toBeUndefined();
  });

  it('handles nothing that its member has committed already', async () => {
    consumer.tap.noteCommitted(consumer.tap.identity!, 'in', 2, '7');
    await consumer.consume(5, 6, 7);
    expect([consumer.handled, consumer.resolved]).toEqual([['7'], ['7']]);
    await consumer.consume(5, 6);
    expect([consumer.handled, consumer.resolved]).toEqual([['7'], ['7', '6']]);
  });

  it('stops between two units when the consumer does', async () => {
    consumer.handle = async ({ message }) => {
      consumer.handled.push(message.offset);
      consumer.isRunning = false;
    };
    await consumer.consume(5, 6);
    expect([consumer.handled, consumer.resolved]).toEqual([['5'], ['5']]);
  });

  it('calls no further handler of a unit whose time is over', async () => {
    consumer.use({ maxMessagesPerUnit: 2, maxAttempts: 1 });
    consumer.handle = async ({ message }) => {
      consumer.handled.push(message.offset);
      consumer.ending.abort(new Error('over'));
    };
    await consumer.consume(5, 6);
    expect(consumer.handled).toEqual(['5']);
  });
});
