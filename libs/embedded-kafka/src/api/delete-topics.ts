import { apis, errorCode, ZERO_UUID, type RequestOf } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

type Request = RequestOf<typeof apis.DeleteTopics>;

/** A topic by its name, or by its id with the name null. */
interface Wanted {
  readonly name: string | null;
  readonly topicId: string;
}

const BY_ID_SINCE_VERSION = 6;

export const deleteTopics = defineHandler({
  api: apis.DeleteTopics,
  versions: { min: 1, max: BY_ID_SINCE_VERSION },
  handle(request, context) {
    const wanted = wantedTopics(request);
    const isRepeated = (one: Wanted) => wanted.filter((other) => isSame(one, other)).length > 1;
    return {
      responses: wanted.map((one) => {
        const isUnclear = (one.name === null) === (one.topicId === ZERO_UUID);
        return isUnclear || isRepeated(one)
          ? { ...one, errorCode: errorCode('INVALID_REQUEST') }
          : remove(one, context);
      }),
    };
  },
  refuse: (request, code) => ({ responses: wantedTopics(request).map((wanted) => ({ ...wanted, errorCode: code })) }),
});

function wantedTopics({ topics, topicNames }: Request): readonly Wanted[] {
  return topics.length > 0 ? topics : topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

function isSame(one: Wanted, other: Wanted): boolean {
  return one.name === other.name && one.topicId === other.topicId;
}

function remove({ name, topicId }: Wanted, { cluster, groups }: RequestContext) {
  const topic = name === null ? cluster.topicById(topicId) : cluster.topic(name);
  if (topic === undefined) {
    return { name, topicId, errorCode: errorCode(name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION') };
  }
  cluster.deleteTopic(topic.name);
  groups.forgetTopic(topic.name);
  return { name: topic.name, topicId: topic.id, errorCode: 0 };
}
