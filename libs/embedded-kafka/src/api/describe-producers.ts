import { apis, errorName } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { defineHandler } from './api-handler.js';
import { ledPartition } from './leader-check.js';

const NO_OFFSET = -1;

/** Who wrote to a partition, and whether a transaction of theirs is open there. */
export const describeProducers = defineHandler({
  api: apis.DescribeProducers,
  versions: { min: 0, max: 0 },

  handle: (request, context) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const partition = ledPartition(context, name, partitionIndex);
        if (typeof partition === 'number') {
          return { partitionIndex, errorCode: partition, errorMessage: errorName(partition) };
        }
        return { partitionIndex, errorCode: 0, activeProducers: activeProducers(partition) };
      }),
    })),
  }),

  refuse: (request, code) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

function activeProducers({ producers }: Partition) {
  return [...producers.entries].map(([key, { epoch, lastSequence, lastTimestamp, coordinatorEpoch }]) => {
    const producerId = Buffer.from(key, 'hex');
    return {
      producerId,
      producerEpoch: epoch,
      lastSequence,
      lastTimestamp,
      coordinatorEpoch,
      currentTxnStartOffset: producers.transactions.firstOffsetOf(producerId) ?? NO_OFFSET,
    };
  });
}
