import type { CommittableUnit } from './committable-unit.js';

/** A unit in the hands of the committer. */
export class PendingUnit {
  /** When its commit is over: set when it joins a group for the first time. */
  commitDeadlineMs = Infinity;
  /** It was taken back, or has its verdict: whoever still meets it in a queue passes over it. */
  hasLeft = false;
  /** Why the last attempt with it failed, for the error that ends it. */
  lastError: Error | undefined;
  #keys: readonly string[] | undefined;

  constructor(
    readonly unit: CommittableUnit,
    readonly submittedMs: number,
  ) {}

  /** What it touches that can be sick: partitions, and the groups whose offsets it commits. */
  get keys(): readonly string[] {
    this.#keys ??= keysOf(this.unit);
    return this.#keys;
  }

  sharesWith({ keys }: PendingUnit): boolean {
    return this.keys.some((key) => keys.includes(key));
  }

  /** Why it failed the last time: for something of these that it touches, or as before. */
  lastErrorOf(sick: ReadonlyMap<string, Error> | undefined): Error | undefined {
    const key = sick && this.keys.find((each) => sick.has(each));
    return key === undefined ? this.lastError : sick?.get(key);
  }
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}[${partition}]`;
}

export function groupKey(groupId: string): string {
  return `offsets of ${groupId}`;
}

function keysOf({ records, offsets }: CommittableUnit): readonly string[] {
  const keys = new Set<string>();
  for (const { topic, partition } of records) keys.add(partitionKey(topic, partition));
  for (const { groupId } of offsets) keys.add(groupKey(groupId));
  return [...keys];
}
