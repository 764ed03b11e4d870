/** Kafka's own topics, by the coordinators that live on their leaders. */
export const INTERNAL_TOPICS = { group: '__consumer_offsets', transaction: '__transaction_state' } as const;

export function isInternalTopic(name: string): boolean {
  return name === INTERNAL_TOPICS.group || name === INTERNAL_TOPICS.transaction;
}
