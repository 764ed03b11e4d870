/** A place in a message that speaks of a topic, or of one partition of it. */
export interface TopicEntry {
  readonly topic: string;
  /** Undefined for what is about the whole topic. */
  readonly partition: number | undefined;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** Part of a cluster. Left out: all of it. */
export interface TopicScope {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
}

/** Finds every topic and partition in a decoded message, whatever its API: Kafka uses few names for them. */
export function* topicEntries(message: unknown, withinTopic?: string): Iterable<TopicEntry> {
  if (Array.isArray(message)) {
    for (const element of message) yield* topicEntries(element, withinTopic);
    return;
  }
  if (!isMessage(message)) return;
  const topic = withinTopic ?? topicOf(message);
  if (topic !== undefined) yield { topic, partition: partitionOf(message), entry: message };
  for (const value of Object.values(message)) if (typeof value === 'object') yield* topicEntries(value, topic);
}

export function topicOf(message: unknown): string | undefined {
  if (!isMessage(message)) return undefined;
  const name = message['topic'] ?? message['name'];
  return typeof name === 'string' ? name : undefined;
}

export function partitionOf(message: unknown): number | undefined {
  if (!isMessage(message)) return undefined;
  const index = message['index'] ?? message['partitionIndex'] ?? message['partition'];
  return typeof index === 'number' ? index : undefined;
}

export function isInScope(scope: TopicScope, topic: string, partition: number | undefined): boolean {
  return (
    (scope.topic === undefined || scope.topic === topic) &&
    (scope.partition === undefined || scope.partition === partition)
  );
}

export function isMessage(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && !Array.isArray(value);
}
