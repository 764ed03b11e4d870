/** Which topic something is about: by name, and by id where the request gave one. */
export interface TopicOfEntry {
  /** Empty when only an id is known, and nobody has it. */
  readonly topic: string;
  readonly topicId: string;
}

/** Entries in the order of their topics' first appearance. */
export function byTopic<T extends TopicOfEntry>(entries: readonly T[]): [topic: TopicOfEntry, entries: T[]][] {
  const groups = new Map<string, [TopicOfEntry, T[]]>();
  for (const entry of entries) {
    const key = `${entry.topic}/${entry.topicId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry, [entry]]);
    else group[1].push(entry);
  }
  return [...groups.values()];
}
