/** From which offset on a leader wrote. */
export interface LeaderEpoch {
  readonly epoch: number;
  readonly startOffset: number;
}

/** An epoch and the offset behind its last record; both -1 when the log has never heard of it. */
export interface EpochEnd {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

const UNKNOWN: EpochEnd = { leaderEpoch: -1, endOffset: -1 };

/** Under which leaders the records of a log were written: Kafka's `LeaderEpochFileCache` (KIP-101, KIP-320). */
export class LeaderEpochs {
  /** Rising in both fields. */
  #epochs: LeaderEpoch[] = [];

  get latest(): number | undefined {
    return this.#epochs.at(-1)?.epoch;
  }

  get earliest(): LeaderEpoch | undefined {
    return this.#epochs[0];
  }

  /** A leader begins. One before that wrote nothing leaves no trace. */
  begin(epoch: number, startOffset: number): void {
    const latest = this.#epochs.at(-1);
    if (latest !== undefined && epoch <= latest.epoch) return;
    this.truncateFrom(startOffset);
    this.#epochs.push({ epoch, startOffset });
  }

  /** Where an epoch, or the latest one before it, ended. */
  endOf(epoch: number, logEndOffset: number): EpochEnd {
    const latest = this.latest;
    if (latest === undefined || epoch < 0 || epoch > latest) return UNKNOWN;
    if (epoch === latest) return { leaderEpoch: epoch, endOffset: logEndOffset };
    const after = this.#epochs.findIndex((one) => one.epoch > epoch);
    const endOffset = this.#epochs[after]?.startOffset ?? logEndOffset;
    return { leaderEpoch: this.#epochs[after - 1]?.epoch ?? epoch, endOffset };
  }

  /** Forgets epochs that begin at this offset or later. */
  truncateFrom(offset: number): void {
    this.#epochs = this.#epochs.filter(({ startOffset }) => startOffset < offset);
  }

  /** The log begins here now: of the epochs that began before, the last one goes on. */
  truncateBefore(offset: number): void {
    const at = this.#epochs.findLastIndex(({ startOffset }) => startOffset <= offset);
    if (at < 0) return;
    const { epoch } = this.#epochs[at] as LeaderEpoch;
    this.#epochs.splice(0, at + 1, { epoch, startOffset: offset });
  }
}
