import type { DecodedRequest } from 'kafka-wire';
import type { ClusterState } from '../cluster/cluster-state.js';

const PRODUCE_BY_ID_SINCE = 13;
/** Version of Fetch from which topics go by their ids. */
export const FETCH_BY_ID_SINCE = 13;

/** What a topic is called in requests that give its id, when there is no such topic (any more). */
export const UNKNOWN_TOPIC = '';

/**
 * Writes names into requests that give topics by their ids: from here on everything goes by names, whatever the version.
 *
 * Requests are decoded for one handler alone, so that they may be written to.
 */
export function nameTopics({ name, apiVersion, body }: DecodedRequest, cluster: ClusterState): void {
  const nameOf = (topicId: string): string => cluster.topicById(topicId)?.name ?? UNKNOWN_TOPIC;
  if (name === 'Produce' && apiVersion >= PRODUCE_BY_ID_SINCE) {
    const { topicData } = body;
    for (const topic of topicData) Object.assign(topic, { name: nameOf(topic.topicId) });
  }
  if (name === 'Fetch' && apiVersion >= FETCH_BY_ID_SINCE) {
    const { topics, forgottenTopicsData } = body;
    for (const topic of topics) Object.assign(topic, { topic: nameOf(topic.topicId) });
    for (const topic of forgottenTopicsData) Object.assign(topic, { topic: nameOf(topic.topicId) });
  }
}

/** Whether a topic that is not there is missed by its id. */
export function isMissedById(api: 'Produce' | 'Fetch', { apiVersion }: { readonly apiVersion: number }): boolean {
  return apiVersion >= (api === 'Produce' ? PRODUCE_BY_ID_SINCE : FETCH_BY_ID_SINCE);
}
