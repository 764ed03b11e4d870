import type { ConsumedOffsets } from './consumed-offsets.js';
import type { StagedRecord } from './staged-record.js';

/** A place in what a unit has staged, to come back to. */
export interface StagedMark {
  readonly records: number;
  readonly offsets: number;
}

/** What a unit will commit, in the order of the calls. */
export class StagedWork {
  readonly records: StagedRecord[] = [];
  readonly offsets: ConsumedOffsets[] = [];
  sizeBytes = 0;
  /** Those that were handed over included. */
  #recordCount = 0;

  get isEmpty(): boolean {
    return this.#recordCount === 0 && this.offsets.length === 0;
  }

  add(record: StagedRecord): void {
    this.count(record);
    this.records.push(record);
    this.sizeBytes += record.sized.maxSizeBytes;
  }

  /** A record of the unit that is not kept here. */
  count(record: StagedRecord): void {
    record.position = this.#recordCount++;
  }

  /** Gives the records away: they flow to the broker, and so will all that come. */
  handOver(): readonly StagedRecord[] {
    this.sizeBytes = 0;
    return this.records.splice(0);
  }

  mark(): StagedMark {
    return { records: this.records.length, offsets: this.offsets.length };
  }

  /** Drops what came after the mark. @returns its records */
  rewind(mark: StagedMark): readonly StagedRecord[] {
    const dropped = this.records.splice(mark.records);
    for (const record of dropped) {
      this.sizeBytes -= record.sized.maxSizeBytes;
      record.position = -1;
    }
    this.#recordCount -= dropped.length;
    this.offsets.splice(mark.offsets);
    return dropped;
  }
}
