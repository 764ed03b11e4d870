/** Entries in the order of their topics' first appearance. */
export function byTopic<T extends { readonly topic: string }>(entries: readonly T[]): [topic: string, entries: T[]][] {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.topic);
    if (group === undefined) groups.set(entry.topic, [entry]);
    else group.push(entry);
  }
  return [...groups];
}
