import { ZERO_UUID } from 'kafka-wire';

/** A place in a message that speaks of a topic, or of one partition of it. */
export interface TopicEntry {
  readonly topic: string;
  /** Undefined for what is about the whole topic. */
  readonly partition: number | undefined;
  readonly entry: Record<string, unknown>;
}

/** Part of a cluster. Left out: all of it. */
export interface TopicScope {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
}

/** What the cluster calls the topic of an id. Newer versions of requests name topics by their ids alone. */
export type TopicNames = (topicId: string) => string;

export const noTopicNames: TopicNames = (topicId) => topicId;

const TOPIC_RESOURCE = 2;

/** Finds every topic and partition in a decoded message, whatever its API: Kafka uses few names for them. */
export function* topicEntries(message: unknown, names: TopicNames, withinTopic?: string): Iterable<TopicEntry> {
  if (Array.isArray(message)) {
    for (const element of message) yield* topicEntries(element, names, withinTopic);
    return;
  }
  if (!isMessage(message)) return;
  const topic = withinTopic ?? topicOf(message, names);
  if (topic !== undefined) yield { topic, partition: partitionOf(message), entry: message };
  for (const [field, value] of Object.entries(message)) {
    if (typeof value !== 'object' || value === null || isNotAsked(field)) continue;
    if (isTopicNames(field))
      yield* (value as string[]).map((name) => ({ topic: name, partition: undefined, entry: {} }));
    else if (topic !== undefined && isPartitionNumbers(field, value)) {
      yield* value.map((partition) => ({ topic, partition, entry: {} }));
    } else yield* topicEntries(value, names, topic);
  }
}

export function topicOf(message: unknown, names: TopicNames): string | undefined {
  if (!isMessage(message)) return undefined;
  const resource = message['resourceType'] === TOPIC_RESOURCE ? message['resourceName'] : undefined;
  const name = message['topic'] ?? message['name'] ?? resource;
  if (typeof name === 'string' && name !== '') return name;
  const id = message['topicId'];
  return typeof id === 'string' && id !== ZERO_UUID ? names(id) : undefined;
}

export function partitionOf(message: unknown): number | undefined {
  if (!isMessage(message)) return undefined;
  const index = message['index'] ?? message['partitionIndex'] ?? message['partition'];
  return typeof index === 'number' ? index : undefined;
}

/** What a fetch session forgets is no part of what the request asks for. */
export function isNotAsked(field: string): boolean {
  return field === 'forgottenTopicsData';
}

/** DeleteTopics up to version 5 lists names alone. */
export function isTopicNames(field: string): boolean {
  return field === 'topicNames';
}

/** Partitions that are listed as numbers alone. */
export function isPartitionNumbers(field: string, value: unknown): value is readonly number[] {
  return (
    (field === 'partitions' || field === 'partitionIndexes') &&
    Array.isArray(value) &&
    value.every((one) => typeof one === 'number')
  );
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
