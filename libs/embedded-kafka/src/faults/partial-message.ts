import { isInScope, isMessage, partitionOf, topicOf, type TopicScope } from './topic-entries.js';

type Message = Readonly<Record<string, unknown>>;

/** A request in two: what a fault is about and the rest. A half about nothing is undefined. */
export interface SplitMessage {
  readonly matching: Message | undefined;
  readonly rest: Message | undefined;
}

/** Splits a request by topic and partition, so that a fault can hit one partition among twelve and the others are served. */
export function splitMessage(message: Message, scope: TopicScope): SplitMessage {
  return {
    matching: keep(message, (topic, partition) => isInScope(scope, topic, partition)),
    rest: keep(message, (topic, partition) => !isInScope(scope, topic, partition)),
  };
}

/** One response out of two about different partitions of the same request; fields about no topic are taken from `served`. */
export function mergeMessages(served: Message, refused: Message): Message {
  const merged: Record<string, unknown> = { ...served };
  for (const [field, value] of Object.entries(refused)) {
    if (!isTopicList(value)) continue;
    const topics = isTopicList(served[field]) ? [...served[field]] : [];
    for (const topic of value) {
      const at = topics.findIndex((one) => topicOf(one) === topicOf(topic));
      if (at < 0) topics.push(topic);
      else topics[at] = joinLists(topics[at] as Message, topic);
    }
    merged[field] = topics;
  }
  return merged;
}

function keep(
  message: Message,
  wanted: (topic: string, partition: number | undefined) => boolean,
): Message | undefined {
  const kept: Record<string, unknown> = { ...message };
  let isEmpty = true;
  for (const [field, value] of Object.entries(message)) {
    if (!isTopicList(value)) continue;
    const topics = value.flatMap((topic) => keepPartitions(topic, wanted));
    kept[field] = topics;
    isEmpty &&= topics.length === 0;
  }
  return isEmpty ? undefined : kept;
}

function keepPartitions(topic: Message, wanted: (topic: string, partition: number | undefined) => boolean): Message[] {
  const name = topicOf(topic) as string;
  const list = Object.entries(topic).find(([, value]) => isPartitionList(value));
  if (list === undefined) return wanted(name, undefined) ? [topic] : [];
  const [field, partitions] = list as [string, readonly unknown[]];
  const kept = partitions.filter((partition) => wanted(name, partitionOf(partition)));
  return kept.length === 0 ? [] : [{ ...topic, [field]: kept }];
}

function joinLists(one: Message, other: Message): Message {
  const joined: Record<string, unknown> = { ...one };
  for (const [field, value] of Object.entries(other)) {
    const mine = one[field];
    if (Array.isArray(value) && Array.isArray(mine)) joined[field] = [...(mine as unknown[]), ...(value as unknown[])];
  }
  return joined;
}

function isTopicList(value: unknown): value is readonly Message[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isMessage(one) && topicOf(one) !== undefined);
}

function isPartitionList(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => partitionOf(one) !== undefined);
}
