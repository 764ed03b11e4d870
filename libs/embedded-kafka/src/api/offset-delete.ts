import { apis, errorCode } from 'kafka-wire';
import type { ConsumerGroup } from '../groups/consumer-group.js';
import { isSubscribed } from '../groups/subscribed-topics.js';
import { defineHandler } from './api-handler.js';
import { splitByPartition } from './topic-results.js';

const CONSUMER = 'consumer';

/** Offsets of a topic that the group's members read are not deleted. */
export const offsetDelete = defineHandler({
  api: apis.OffsetDelete,
  versions: { min: 0, max: 0 },

  handle({ groupId, topics }, { groups, brokerId, cluster }) {
    const group = groups.group(groupId);
    const refused = groups.checkNamed(groupId, brokerId) || checkDelete(group);
    if (refused !== 0 || group === undefined) return { errorCode: refused };
    const { known, results } = splitByPartition(topics, cluster);
    for (const { name, partitions } of known) {
      const code = isSubscribed(group, name) ? errorCode('GROUP_SUBSCRIBED_TO_TOPIC') : 0;
      for (const { partitionIndex } of partitions) {
        results.add(name, partitionIndex, code);
        if (code === 0) group.offsets.forget(name, partitionIndex);
      }
    }
    return { topics: results.topics };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});

/** Only of consumers it is known which topics they read: another group must have no members. */
function checkDelete(group: ConsumerGroup | undefined): number {
  if (group === undefined) return errorCode('GROUP_ID_NOT_FOUND');
  return group.state === 'Empty' || group.protocolType === CONSUMER ? 0 : errorCode('NON_EMPTY_GROUP');
}
