export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

/** What a group has committed, by topic and partition. */
export class GroupOffsets {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>();

  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  partitionsOf(topic: string): number[] {
    return [...(this.#topics.get(topic)?.keys() ?? [])];
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  commit(topic: string, partition: number, committed: CommittedOffset): void {
    const partitions = this.#topics.get(topic) ?? new Map<number, CommittedOffset>();
    partitions.set(partition, committed);
    this.#topics.set(topic, partitions);
  }

  forget(topic: string, partition: number): void {
    const partitions = this.#topics.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#topics.delete(topic);
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }
}
