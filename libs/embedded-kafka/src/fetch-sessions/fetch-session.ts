/** What a consumer wants of one partition. */
export interface WantedPartition {
  /** Empty when only an id is known, and nobody has it. */
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly partitionMaxBytes: number;
}

/** What of an answer decides whether a session has to tell it again. */
export interface FetchedPartition {
  readonly wanted: WantedPartition;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly sizeBytes: number;
  readonly isDiverging: boolean;
}

interface SessionPartition {
  wanted: WantedPartition;
  /** As last told; -1 before. */
  highWatermark: number;
  logStartOffset: number;
}

const LARGEST_EPOCH = 0x7fff_ffff;

/**
 * What one consumer fetches from one broker, remembered between its requests (KIP-227): a request says only what changed since the one
 * before, an answer only what is new.
 */
export class FetchSession {
  /** In the order partitions are served: one that gave records goes to the end, so that none starves. */
  readonly #partitions = new Map<string, SessionPartition>();
  /** Of the next request. */
  epoch = 1;

  constructor(
    readonly id: number,
    /** Whether topics go by ids; a session does not change that. */
    readonly isById: boolean,
  ) {}

  get size(): number {
    return this.#partitions.size;
  }

  get wanted(): WantedPartition[] {
    return [...this.#partitions.values()].map(({ wanted }) => wanted);
  }

  /** Takes over what a request says. */
  update(
    changed: readonly WantedPartition[],
    forgotten: readonly Pick<WantedPartition, 'topic' | 'topicId' | 'partition'>[],
  ): void {
    for (const wanted of changed) {
      const key = this.#key(wanted);
      const known = this.#partitions.get(key);
      if (known === undefined) this.#partitions.set(key, { wanted, highWatermark: -1, logStartOffset: -1 });
      else known.wanted = wanted;
    }
    for (const one of forgotten) this.#partitions.delete(this.#key(one));
  }

  nextEpoch(): void {
    this.epoch = this.epoch === LARGEST_EPOCH ? 1 : this.epoch + 1;
  }

  /** Which of the partitions found are news, and from now on known to the consumer. */
  takeNews<T extends FetchedPartition>(found: readonly T[]): T[] {
    return found.filter((one) => {
      const key = this.#key(one.wanted);
      const known = this.#partitions.get(key);
      if (known === undefined) return true;
      const isNews =
        one.sizeBytes > 0 ||
        one.errorCode !== 0 ||
        one.isDiverging ||
        one.highWatermark !== known.highWatermark ||
        one.logStartOffset !== known.logStartOffset;
      known.highWatermark = one.highWatermark;
      known.logStartOffset = one.logStartOffset;
      if (one.sizeBytes > 0) {
        this.#partitions.delete(key);
        this.#partitions.set(key, known);
      }
      return isNews;
    });
  }

  #key({ topic, topicId, partition }: Pick<WantedPartition, 'topic' | 'topicId' | 'partition'>): string {
    return `${this.isById ? topicId : topic}/${partition}`;
  }
}
