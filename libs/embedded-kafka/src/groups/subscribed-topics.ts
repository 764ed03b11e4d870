import type { GroupMember } from './group-member.js';

const CONSUMER = 'consumer';

/**
 * Topics the members of a group of consumers subscribe to, read from their metadata by version 0 of Kafka's `ConsumerProtocolSubscription`,
 * which all later versions begin with: version, then topics. Undefined when nothing can be said: no consumers, or other bytes than that.
 */
export function subscribedTopics(
  members: readonly GroupMember[],
  protocolType: string | null,
  protocolName: string | null,
): ReadonlySet<string> | undefined {
  if (protocolType !== CONSUMER) return undefined;
  const topics = new Set<string>();
  for (const member of members) {
    const own = topicsIn(member.metadataFor(protocolName));
    if (own === undefined) return undefined;
    for (const topic of own) topics.add(topic);
  }
  return topics;
}

/** Whether offsets of the topic may still be needed. A group of consumers that do not tell is taken to read every topic. */
export function isSubscribed(
  group: { readonly protocolType: string | null; readonly subscribedTopics: ReadonlySet<string> | undefined },
  topic: string,
): boolean {
  return group.subscribedTopics?.has(topic) ?? group.protocolType === CONSUMER;
}

function topicsIn(metadata: Buffer): string[] | undefined {
  try {
    const topics: string[] = [];
    let at = 6; // int16 version, int32 count
    for (let left = metadata.readInt32BE(2); left > 0; left--) {
      const end = at + 2 + metadata.readInt16BE(at);
      if (end < at + 2 || end > metadata.length) return undefined;
      topics.push(metadata.toString('utf8', at + 2, end));
      at = end;
    }
    // The member's own data for its strategy follow: their length, -1 for none, and as many bytes.
    return metadata.readInt32BE(at) <= metadata.length - at - 4 ? topics : undefined;
  } catch {
    return undefined;
  }
}
