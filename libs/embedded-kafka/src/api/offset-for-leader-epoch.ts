import { apis } from 'kafka-wire';
import { defineHandler } from './api-handler.js';
import { ledPartition } from './leader-check.js';

/** Tells a consumer where an epoch ended, so that it notices when records it has read are gone. */
export const offsetForLeaderEpoch = defineHandler({
  api: apis.OffsetForLeaderEpoch,
  versions: { min: 2, max: 4 },

  handle(request, context) {
    const topics = request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
        const partition = ledPartition(context, topic, index, currentLeaderEpoch);
        if (typeof partition === 'number') return { partition: index, errorCode: partition };
        return { partition: index, errorCode: 0, ...partition.log.epochs.endOf(leaderEpoch, partition.log.endOffset) };
      }),
    }));
    return { topics };
  },

  refuse: (request, code) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode: code })),
    })),
  }),
});
