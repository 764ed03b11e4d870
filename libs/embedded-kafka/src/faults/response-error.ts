import { isInScope, isMessage, topicEntries, type TopicNames, type TopicScope } from './topic-entries.js';

/** How Kafka's tables name the error of an entry. */
const ERROR_FIELDS = ['errorCode', 'partitionErrorCode'];

/**
 * Puts an error code over what a response says about a scope, after the request was served. Changes the response in place.
 *
 * A response that speaks of no topic at all gets the code at its top.
 */
export function overwriteErrors(
  response: Record<string, unknown>,
  code: number,
  scope: TopicScope,
  names: TopicNames,
): void {
  let hasEntries = false;
  for (const { topic, partition, entry } of topicEntries(response, names)) {
    const field = ERROR_FIELDS.find((name) => name in entry);
    if (field === undefined) continue;
    hasEntries = true;
    if (isInScope(scope, topic, partition)) entry[field] = code;
  }
  if (hasEntries) return;
  response['errorCode'] = code;
  for (const value of Object.values(response)) {
    if (!Array.isArray(value)) continue;
    for (const entry of value) if (isMessage(entry) && 'errorCode' in entry) entry['errorCode'] = code;
  }
}
