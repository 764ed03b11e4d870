import {
  isInScope,
  isMessage,
  isNotAsked,
  isPartitionNumbers,
  isTopicNames,
  noTopicNames,
  partitionOf,
  topicOf,
  type TopicNames,
  type TopicScope,
} from './topic-entries.js';

type Message = Readonly<Record<string, unknown>>;
/** Which part of a message is meant. */
interface Part {
  readonly names: TopicNames;
  readonly holds: (topic: string, partition: number | undefined) => boolean;
}

/** A request in two: what a fault is about and the rest. A half about nothing is undefined. */
export interface SplitMessage {
  readonly matching: Message | undefined;
  readonly rest: Message | undefined;
}

/** Splits a request by topic and partition, so that a fault can hit one partition among twelve and the others are served. */
export function splitMessage(message: Message, scope: TopicScope, names: TopicNames): SplitMessage {
  return {
    matching: keep(message, { names, holds: (topic, partition) => isInScope(scope, topic, partition) }),
    rest: keep(message, { names, holds: (topic, partition) => !isInScope(scope, topic, partition) }),
  };
}

/** One response out of two about different partitions of the same request; fields about no topic are taken from `served`. */
export function mergeMessages(served: Message, refused: Message): Message {
  const merged: Record<string, unknown> = { ...served };
  for (const [field, value] of Object.entries(refused)) {
    if (!Array.isArray(value) || value.length === 0) continue;
    const mine: unknown = served[field];
    const elements = value as readonly unknown[];
    merged[field] = Array.isArray(mine) ? joined(mine as unknown[], elements) : elements;
  }
  return merged;
}

/** Elements about the same topic, partition, group or transaction become one; the others stand side by side. */
function joined(served: readonly unknown[], refused: readonly unknown[]): unknown[] {
  const all = [...served];
  for (const element of refused) {
    const key = keyOf(element);
    const at = key === undefined ? -1 : all.findIndex((one) => keyOf(one) === key);
    if (at < 0) all.push(element);
    else all[at] = mergeMessages(all[at] as Message, element as Message);
  }
  return all;
}

function keyOf(element: unknown): unknown {
  if (!isMessage(element)) return undefined;
  return topicOf(element, noTopicNames) ?? element['groupId'] ?? element['transactionalId'] ?? element['nodeId'];
}

/** Undefined when nothing is left that is about a topic. Groups and transactions around topics go with their last topic. */
function keep(message: Message, part: Part): Message | undefined {
  const kept: Record<string, unknown> = { ...message };
  let isEmpty = true;
  for (const [field, value] of Object.entries(message)) {
    if (!Array.isArray(value) || value.length === 0 || isNotAsked(field)) continue;
    const elements = value as readonly unknown[];
    const left = isTopicNames(field)
      ? elements.filter((name) => part.holds(name as string, undefined))
      : elements.flatMap((element) => keepElement(element, part));
    kept[field] = left;
    isEmpty &&= left.length === 0 || !isAboutTopics(field, elements[0]);
  }
  return isEmpty ? undefined : kept;
}

function keepElement(element: unknown, part: Part): unknown[] {
  if (topicOf(element, part.names) !== undefined) return keepPartitions(element as Message, part);
  if (!isAboutTopics('', element)) return [element];
  const kept = keep(element as Message, part);
  return kept === undefined ? [] : [kept];
}

function isAboutTopics(field: string, element: unknown): boolean {
  if (isTopicNames(field) || topicOf(element, noTopicNames) !== undefined) return true;
  return (
    isMessage(element) && Object.values(element).some((value) => Array.isArray(value) && isAboutTopics('', value[0]))
  );
}

function keepPartitions(topic: Message, part: Part): Message[] {
  const name = topicOf(topic, part.names) as string;
  const own = partitionOf(topic);
  const list = Object.entries(topic).find(([field, value]) => isPartitionList(field, value));
  if (list === undefined) return part.holds(name, own) ? [topic] : [];
  const [field, partitions] = list as [string, readonly unknown[]];
  const kept = partitions.filter((one) => part.holds(name, typeof one === 'number' ? one : partitionOf(one)));
  return kept.length === 0 ? [] : [{ ...topic, [field]: kept }];
}

function isPartitionList(field: string, value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  const elements = value as readonly unknown[];
  return isPartitionNumbers(field, elements) || elements.some((one) => partitionOf(one) !== undefined);
}
