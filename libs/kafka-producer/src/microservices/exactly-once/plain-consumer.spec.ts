import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { from, of, throwError, type Observable } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';

import { BrokerAnswerError } from '../../cluster/cluster.errors.js';
import { ConsumerTap } from '../../cluster/kafkajs/consumer-tap.js';
import { deliveryOf } from '../../decorators/exactly-once-message.js';
import { TransactionAbortedError, TransactionOutcomeUnknownError } from '../../errors/transaction.errors.js';
import type { KafkaProducerService } from '../../kafka-producer.service.js';
import { pausedPartitionsOf } from '../../observability/paused-partitions.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { PlainConsumer } from './plain-consumer.js';
import { RejoinException } from './plain-rejoin.exception.js';
import { RedeliveryOptions } from './redelivery.options.js';

const REQUEST = { maxWaitTime: 5_000, topics: [{ topic: 'orders', partitions: [{ partition: 0 }] }] };
const OUR_OWN = new Error('no stock');

/** A producer whose commits fail as they are told; it shows what was committed. */
class ScriptedProducer {
  readonly committed: unknown[] = [];
  readonly failures: Error[] = [];
  signal: AbortSignal | undefined;
  /** Nothing stops its commits. */
  isDeaf = false;

  async transaction(work: (tx: object) => Promise<void>, options: { signal?: AbortSignal }): Promise<void> {
    const staged: unknown[] = [];
    this.signal = options.signal;
    const stage = (each: unknown): Promise<void> => (staged.push(each), Promise.resolve());
    await work({ send: stage, sendAll: stage, sendOffsets: stage });
    const cancelled = new TransactionAbortedError({ reason: 'cancelled', detail: 'its signal was aborted' });
    if (options.signal?.aborted === true && !this.isDeaf) throw cancelled;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.committed.push(...staged);
  }
}

describe('a consumer of the transport of Nest that is exactly once', () => {
  let clock: ManualClock;
  let tap: ConsumerTap;
  let producer: ScriptedProducer;
  let seeks: string[];
  let handled: string[];
  let beats: number;

  beforeEach(() => {
    clock = new ManualClock();
    tap = new ConsumerTap('stock', clock);
    producer = new ScriptedProducer();
    newConsumer({ maxAttempts: 3 });
    seeks = [];
    handled = [];
    beats = 0;
    join(1);
  });

  /** The one that was made last handles what is fetched. */
  function newConsumer(redelivery: Partial<RedeliveryOptions>): void {
    const logger = { error: () => {}, warn: () => {} };
    const settings = {
      redelivery: Object.assign(new RedeliveryOptions(), redelivery),
      serializer: undefined,
      heartbeatIntervalMs: 200,
    };
    const made = new PlainConsumer(tap, settings, logger as never);
    tap.onMessage((message, identity) => made.tag(message as never, identity));
  }

  function join(generationId: number, committed = '-1'): void {
    tap.synced({ memberId: 'me', generationId });
    tap.beganPositions();
    tap.fetchedOffsets([{ topic: 'orders', partitions: [{ partition: 0, offset: committed }] }]);
  }

  /** As a fetch and Nest's parser would hand it to the interceptor. */
  function fetched(offset: string): ExecutionContext {
    const message = { offset, key: null, value: Buffer.from('an order') };
    const partitions = [{ partition: 0, messages: [message] }];
    tap.fetched({ responses: [{ topicName: 'orders', partitions }] }, tap.identity!);
    const groupJoin = { GROUP_JOIN: 'consumer.group_join' };
    const seek = (to: { offset: string }): void => void seeks.push(to.offset);
    const kafka = {
      getTopic: () => 'orders',
      getPartition: () => 0,
      getMessage: () => ({ ...message }),
      getHeartbeat: () => () => (beats++, Promise.resolve()),
      getConsumer: () => ({ seek, on: () => {}, events: groupJoin }),
    };
    return {
      getType: () => 'rpc',
      getHandler: () => () => {},
      switchToRpc: () => ({ getContext: () => kafka }),
    } as unknown as ExecutionContext;
  }

  function start(context: ExecutionContext, work: () => Observable<unknown> = () => of('done')): Observable<unknown> {
    const handler = (): Observable<unknown> => {
      handled.push(context.switchToRpc().getContext<{ getMessage(): { offset: string } }>().getMessage().offset);
      return work();
    };
    const run = { context, producer: producer as unknown as KafkaProducerService, timeoutMs: undefined, handler };
    return deliveryOf(context)!.handle(run);
  }

  /** @returns what kafkajs is told: an error, or that all is well */
  function outcome(context: ExecutionContext, work?: () => Observable<unknown>): Promise<unknown> {
    return new Promise((resolve) => start(context, work).subscribe({ complete: () => resolve('ok'), error: resolve }));
  }
  const fails = (): Observable<never> => throwError(() => OUR_OWN);

  /** How long the next fetch would wait before it asks for the partition. */
  async function withheldForMs(): Promise<number> {
    const startedAt = clock.now();
    let asked = false;
    while (!asked) {
      const fetching = tap.withheld.fetch(REQUEST, () => ((asked = true), Promise.resolve({ responses: [] })));
      if (!asked) await clock.advance(20);
      if (clock.now() - startedAt > 10_000) return Infinity;
      void fetching;
    }
    return clock.now() - startedAt;
  }

  it('commits the offset behind the message for the member that has fetched it', async () => {
    await expect(outcome(fetched('5'))).resolves.toBe('ok');
    expect(producer.committed).toEqual([
      {
        groupId: 'stock',
        member: { memberId: 'me', generationId: 1 },
        offsets: [{ topic: 'orders', partition: 0, offset: '6' }],
      },
    ]);
  });

  it('goes back to a message that failed, after its back-off, and tells kafkajs that all is well', async () => {
    newConsumer({ backoffMs: 100, backoffMaxMs: 100 });
    await expect(outcome(fetched('5'), fails)).resolves.toBe('ok');
    expect([seeks, producer.committed]).toEqual([['5'], []]);
    const waitedMs = await withheldForMs();
    expect(waitedMs).toBeGreaterThanOrEqual(80);
    expect(waitedMs).toBeLessThanOrEqual(120);
  });

  it('sends heartbeats while a handler runs, and none after it', async () => {
    let finish!: (value: unknown) => void;
    const slow = new Promise((resolve) => (finish = resolve));
    const done = outcome(fetched('5'), () => from(slow));
    await clock.advance(350);
    finish('late');
    await done;
    await clock.advance(1_000);
    expect(beats).toBe(3);
  });

  it('does not handle what was fetched for an assignment that is over, and joins again', async () => {
    const context = fetched('5');
    join(2);
    await expect(outcome(context)).resolves.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    expect([handled, seeks]).toEqual([[], []]);
  });

  it.each([
    ['failed', fails],
    ['succeeded', () => of('done')],
  ])('joins again when the assignment ended while the handler ran, which %s', async (_how, work) => {
    const joining = outcome(fetched('5'), () => (join(2), work()));
    const error = await joining;
    expect(error).toBeInstanceOf(RejoinException);
    expect(error).toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    expect(seeks).toEqual([]);
  });

  it('does not handle again what the group has committed: a seek may outlive its assignment', async () => {
    join(2, '8');
    await expect(outcome(fetched('7'))).resolves.toBe('ok');
    await expect(outcome(fetched('8'))).resolves.toBe('ok');
    expect(handled).toEqual(['8']);
  });

  it.each([
    [22, 'ILLEGAL_GENERATION'],
    [25, 'UNKNOWN_MEMBER_ID'],
  ])('joins again when the broker answers the offset with %i, without an attempt', async (errorCode, type) => {
    const cause = new BrokerAnswerError({ broker: 'b', request: 'offsets', errorCode });
    producer.failures.push(new TransactionAbortedError({ reason: 'rejected', detail: 'refused', cause }));
    await expect(outcome(fetched('5'))).resolves.toMatchObject({ type });
    expect(seeks).toEqual([]);
  });

  it('reads the position again when it is not known whether a unit was committed', async () => {
    producer.failures.push(new TransactionOutcomeUnknownError({ transactionalId: 't', detail: 'no answer' }));
    await expect(outcome(fetched('5'))).resolves.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  });

  it('goes back to a message that an exception filter has let kafkajs pass over', async () => {
    producer.failures.push(new TransactionOutcomeUnknownError({ transactionalId: 't', detail: 'no answer' }));
    await outcome(fetched('5')); // and the filter makes a success of that
    await expect(outcome(fetched('6'))).resolves.toBe('ok');
    expect([handled, seeks, producer.committed]).toEqual([['5'], ['5'], []]);
    await expect(outcome(fetched('5'))).resolves.toBe('ok');
    await expect(outcome(fetched('7'))).resolves.toBe('ok'); // 6 may be a marker of a transaction
    expect(handled).toEqual(['5', '5', '7']);
  });

  it('does not go back to a message that others have handled meanwhile', async () => {
    await outcome(fetched('5'), fails);
    seeks = [];
    join(2, '9');
    await expect(outcome(fetched('9'))).resolves.toBe('ok');
    expect([handled, seeks]).toEqual([['5', '9'], []]);
  });

  it('stays at a message without a dead-letter topic, also when the consumer joins again', async () => {
    newConsumer({ maxAttempts: 1 });
    await outcome(fetched('5'), fails);
    expect(pausedPartitionsOf(producer).list()).toMatchObject([{ topic: 'orders', partition: 0, offset: '5' }]);
    await expect(withheldForMs()).resolves.toBe(Infinity);
    join(2);
    await expect(outcome(fetched('5'))).resolves.toBe('ok');
    expect([handled, seeks]).toEqual([['5'], ['5', '5']]);
    await expect(withheldForMs()).resolves.toBe(Infinity);
  });

  it.each([
    { becomes: 'aborted', isTooLate: false, handledInAll: ['5', '5'] },
    { becomes: 'committed, because it was too late', isTooLate: true, handledInAll: ['5'] },
  ])('waits for the unit of a handler that somebody has given up, which is $becomes', async (c) => {
    let finish!: (value: unknown) => void;
    const slow = new Promise((resolve) => (finish = resolve));
    producer.isDeaf = c.isTooLate;
    const given = start(fetched('5'), () => from(slow)).subscribe();
    await clock.advance(0);
    given.unsubscribe();
    expect(producer.signal!.aborted).toBe(true);
    const again = outcome(fetched('5'));
    await clock.advance(0);
    expect(handled).toEqual(['5']);
    finish('late');
    await expect(again).resolves.toBe('ok');
    expect(handled).toEqual(c.handledInAll);
    expect(producer.committed).toHaveLength(1);
  });
});
