/** A partition that an exactly-once consumer has left at a message it can neither handle nor put away. */
export interface PausedPartition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Decimal: of the message. Nothing from it on is consumed before the application is restarted, or the partition goes to another member of the group. */
  readonly offset: string;
  /** How often the message failed. */
  readonly attempts: number;
  /** What the last failure said. */
  readonly reason: string;
}

type Place = Pick<PausedPartition, 'groupId' | 'topic' | 'partition'>;

/** Of one producer: the partitions whose consumers send through it and are paused. Health and statistics read it. */
export class PausedPartitions {
  readonly #partitions = new Map<string, PausedPartition>();

  add(partition: PausedPartition): void {
    this.#partitions.set(keyOf(partition), Object.freeze(partition));
  }

  delete(place: Place): void {
    this.#partitions.delete(keyOf(place));
  }

  list(): readonly PausedPartition[] {
    return [...this.#partitions.values()];
  }
}

/** Of the registry, so that a subpath export finds what the main entry has put there, whichever copy of the package either comes from. */
const PAUSED_PARTITIONS = Symbol.for('nestjs-kafka-producer/paused-partitions');

/** Those of this producer, whatever stands in for one; made when they are first asked for. No registry that somebody would have to clear. */
export function pausedPartitionsOf(producer: object): PausedPartitions {
  const owner = producer as { readonly [PAUSED_PARTITIONS]?: PausedPartitions };
  if (owner[PAUSED_PARTITIONS] === undefined) {
    Object.defineProperty(producer, PAUSED_PARTITIONS, { value: new PausedPartitions() });
  }
  return owner[PAUSED_PARTITIONS]!;
}

function keyOf({ groupId, topic, partition }: Place): string {
  return JSON.stringify([groupId, topic, partition]);
}
