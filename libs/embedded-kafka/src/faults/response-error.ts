import { isInScope, isMessage, topicEntries, type TopicScope } from './topic-entries.js';

/**
 * Puts an error code over what a response says about a scope, after the request was served. Changes the response in place.
 *
 * A response that speaks of no topic at all gets the code at its top.
 */
export function overwriteErrors(response: Record<string, unknown>, code: number, scope: TopicScope): void {
  let hasEntries = false;
  for (const { topic, partition, entry } of topicEntries(response)) {
    if (!('errorCode' in entry)) continue;
    hasEntries = true;
    if (isInScope(scope, topic, partition)) (entry as Record<string, unknown>)['errorCode'] = code;
  }
  if (hasEntries) return;
  response['errorCode'] = code;
  for (const value of Object.values(response)) {
    if (!Array.isArray(value)) continue;
    for (const entry of value) if (isMessage(entry) && 'errorCode' in entry) entry['errorCode'] = code;
  }
}
