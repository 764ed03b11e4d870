import { describe, expect, it } from 'vitest';

import { BrokerAnswerError, ConnectionLostError } from '../../cluster/cluster.errors.js';
import { AuthorizationError, UnknownTopicError } from '../../errors/cluster-side.errors.js';
import { BatchDeliveryError, DeliveryTimeoutError, ProducerClosedError } from '../../errors/delivery.errors.js';
import { RecordTooLargeError, SerializationError } from '../../errors/record.errors.js';
import {
  PoolExhaustedError,
  ProducerFencedError,
  TransactionAbortedError,
  TransactionOutcomeUnknownError,
  type AbortReason,
} from '../../errors/transaction.errors.js';
import { culpritOf, memberErrorOf, type Culprit } from './redelivery-culprit.js';

const offsetsRefused = (errorCode: number): TransactionAbortedError =>
  aborted('rejected', new BrokerAnswerError({ broker: 'The coordinator', request: 'the offsets', errorCode }));

function aborted(reason: AbortReason, cause?: unknown): TransactionAbortedError {
  return new TransactionAbortedError({ reason, detail: 'here', cause });
}

const unserializable = new SerializationError({ topic: 'stock', field: 'value', reason: 'no text' });
const unanswered = new DeliveryTimeoutError({
  topic: 'stock',
  partition: 0,
  persisted: 'no',
  elapsedMs: 9,
  attempts: 1,
});
const tooLarge = new RecordTooLargeError({ topic: 'stock', sizeBytes: 9, limit: 'maxRequestSizeBytes', limitBytes: 1 });
const unknown = new TransactionOutcomeUnknownError({ transactionalId: 'orders-1', detail: 'no answer' });
const kafkajsRebalance = Object.assign(new Error('The group is rebalancing'), { type: 'REBALANCE_IN_PROGRESS' });

describe('who is to blame for a message that was not handled', () => {
  it.each<[string, unknown, Culprit]>([
    ['an error of the handler', new TypeError('undefined is no function'), 'message'],
    ['something that is no error', 'no stock', 'message'],
    ['a foreign error that has a number by chance', Object.assign(new Error('SMTP'), { errorCode: 25 }), 'message'],
    ['a record that cannot be serialised', unserializable, 'message'],
    ['a record that is too large', tooLarge, 'message'],
    ['a topic that does not exist', new UnknownTopicError({ topic: 'stock' }), 'message'],
    ['a topic we may not write to', new AuthorizationError({ resource: 'topic', name: 'stock' }), 'message'],
    ['transactions we may not use', new AuthorizationError({ resource: 'transactional id', name: 'o' }), 'cluster'],
    ['a delivery that was not acknowledged', unanswered, 'cluster'],
    ['a connection that was lost', new ConnectionLostError({ broker: 'b', written: true }), 'cluster'],
    [
      'records of which one was not acknowledged',
      new BatchDeliveryError({ results: [{ status: 'rejected', reason: unanswered }] }),
      'cluster',
    ],
    ['a send that failed and was swallowed', aborted('rollback-only', unserializable), 'message'],
    ['an outage that was swallowed', aborted('rollback-only', unanswered), 'cluster'],
    ['records that brokers refuse', aborted('rejected', tooLarge), 'message'],
    ['a unit that the handler marked', aborted('marked'), 'message'],
    ['a unit before it that failed', aborted('predecessor-failed'), 'cluster'],
    ['a process that has taken our place', new ProducerFencedError({ transactionalId: 'orders-1' }), 'cluster'],
    [
      'a pool that others have emptied',
      new PoolExhaustedError({ maxStreamingProducers: 1, waitedMs: 1, heldByAncestor: false }),
      'cluster',
    ],
    [
      'a pool that the message itself has emptied',
      new PoolExhaustedError({ maxStreamingProducers: 1, waitedMs: 1, heldByAncestor: true }),
      'message',
    ],
    ['a producer that closes', new ProducerClosedError({ state: 'closing' }), 'closing'],
    ['a unit that was cancelled because it closes', aborted('cancelled'), 'closing'],
    ['an old generation', offsetsRefused(22), 'member'],
    ['a member the group does not know', offsetsRefused(25), 'member'],
    ['a heartbeat in the handler that says the group is rebalancing', kafkajsRebalance, 'member'],
    ['offsets refused for another reason', offsetsRefused(24), 'cluster'],
  ])('%s', (_what, error, culprit) => {
    expect(culpritOf(error, 'handling')).toBe(culprit);
    expect(culpritOf(error, 'committing')).toBe(culprit);
  });

  it('is the message when its handler took too long, and the cluster when the commit did', () => {
    expect(culpritOf(aborted('timeout'), 'handling')).toBe('message');
    expect(culpritOf(aborted('timeout', unanswered), 'committing')).toBe('cluster');
  });

  it('is nobody when the verdict was not heard, which says nothing of the message when the unit was another one', () => {
    expect(culpritOf(unknown, 'committing')).toBe('unknown');
    expect(culpritOf(unknown, 'handling')).toBe('cluster');
  });
});

describe('what kafkajs has to hear to join the group again', () => {
  it.each([
    [22, 'ILLEGAL_GENERATION'],
    [25, 'UNKNOWN_MEMBER_ID'],
    [27, 'REBALANCE_IN_PROGRESS'],
    [82, 'UNKNOWN_MEMBER_ID'],
    [24, undefined],
  ])('of code %i is %s', (code, type) => {
    expect(memberErrorOf(offsetsRefused(code))).toBe(type);
  });

  it('does not look for ever where causes form a circle', () => {
    const one: Error = new Error('one', { cause: new Error('two') });
    (one.cause as Error).cause = one;
    expect(memberErrorOf(one)).toBeUndefined();
  });
});
