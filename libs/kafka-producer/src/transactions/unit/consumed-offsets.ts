/** Who consumed: what the broker compares with the group as it is now, so that a consumer that has lost its partitions commits nothing (KIP-447). */
export interface GroupMember {
  readonly memberId: string;
  readonly generationId: number;
  /** Of a static member (`group.instance.id`). */
  readonly groupInstanceId?: string | null | undefined;
}

export interface ConsumedOffset {
  readonly topic: string;
  readonly partition: number;
  /** Decimal: the offset of the next message to consume, one more than that of the last consumed. */
  readonly offset: string;
  /** −1 or absent: not known. */
  readonly leaderEpoch?: number | undefined;
  readonly metadata?: string | null | undefined;
}

/** Offsets a unit commits together with its records. */
export interface ConsumedOffsets {
  readonly groupId: string;
  readonly offsets: readonly ConsumedOffset[];
  /** `'unfenced'`: the broker lets a consumer that was expelled from the group commit too, which duplicates. */
  readonly member: GroupMember | 'unfenced';
}
