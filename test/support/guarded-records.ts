import { apis } from 'kafka-wire';

import {
  cluster,
  DENIED,
  group,
  guarded,
  offsets,
  topic,
  transaction,
  type GuardedRequest,
} from './guarded-request.js';

const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';
const producer = { transactionalId: 'tx', producerId: Buffer.alloc(8, 1), producerEpoch: 0 };
const produced = (records: Buffer, ...names: string[]) => ({
  acks: -1,
  timeoutMs: 5_000,
  topicData: names.map((name) => ({ name, partitionData: [{ index: 0, records }] })),
});

/** Requests about records and transactions. */
export const GUARDED_RECORDS: Readonly<Record<string, GuardedRequest>> = {
  producing: guarded(
    apis.Produce,
    9,
    ({ batch }) => produced(batch, 'orders'),
    [['write', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'producing to a missing topic': guarded(
    apis.Produce,
    9,
    ({ batch }) => produced(batch, 'missing'),
    [['write', topic('missing')]],
    [DENIED.topic],
    [UNKNOWN],
  ),
  'producing to two topics with a right to one': guarded(
    apis.Produce,
    9,
    ({ batch }) => produced(batch, 'orders', 'payments'),
    [['write', topic('orders')]],
    [DENIED.topic, DENIED.topic],
    [DENIED.topic],
  ),
  'producing in a transaction': guarded(
    apis.Produce,
    9,
    ({ transactionalBatch }) => ({ ...produced(transactionalBatch, 'orders'), transactionalId: 'tx' }),
    [['write', transaction]],
    [DENIED.transaction],
    [DENIED.topic],
  ),
  fetching: guarded(
    apis.Fetch,
    11,
    { maxWaitMs: 0, topics: [{ topic: 'orders', partitions: [{ partition: 0, partitionMaxBytes: 1000 }] }] },
    [['read', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'looking up offsets': guarded(
    apis.ListOffsets,
    5,
    { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
    [['describe', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'looking up an epoch': guarded(
    apis.OffsetForLeaderEpoch,
    3,
    { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
    [['describe', topic('orders')]],
    [DENIED.topic],
    [],
  ),
  'a producer id, with the right to all': guarded(
    apis.InitProducerId,
    4,
    { transactionalId: null },
    [['idempotentWrite', cluster]],
    [DENIED.cluster],
  ),
  'a producer id, with a right to write': guarded(
    apis.InitProducerId,
    4,
    { transactionalId: null },
    [['write', topic('anything')]],
    [DENIED.cluster],
  ),
  'a producer id for transactions': guarded(
    apis.InitProducerId,
    4,
    { transactionalId: 'tx', transactionTimeoutMs: 1_000 },
    [['write', transaction]],
    [DENIED.transaction],
  ),
  'adding partitions to a transaction': guarded(
    apis.AddPartitionsToTxn,
    3,
    {
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: ['orders', 'payments', 'missing'].map((name) => ({ name, partitions: [0] })),
    },
    [
      ['write', transaction],
      ['write', topic('orders')],
      ['write', topic('missing')],
    ],
    [DENIED.transaction, DENIED.transaction, DENIED.transaction],
    ['OPERATION_NOT_ATTEMPTED', DENIED.topic, UNKNOWN],
  ),
  'adding offsets to a transaction': guarded(
    apis.AddOffsetsToTxn,
    3,
    { ...producer, groupId: 'readers' },
    [['write', transaction]],
    [DENIED.transaction],
    [DENIED.group],
  ),
  'committing offsets in a transaction': guarded(
    apis.TxnOffsetCommit,
    3,
    { ...producer, groupId: 'readers', topics: offsets('orders') },
    [
      ['write', transaction],
      ['read', group('readers')],
    ],
    [DENIED.transaction],
    [DENIED.topic],
  ),
  'ending a transaction': guarded(
    apis.EndTxn,
    3,
    { ...producer, committed: true },
    [['write', transaction]],
    [DENIED.transaction],
  ),
};
