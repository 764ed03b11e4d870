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

  get isEmpty(): boolean {
    return this.records.length === 0 && this.offsets.length === 0;
  }

  add(record: StagedRecord): void {
    this.records.push(record);
    this.sizeBytes += record.sized.maxSizeBytes;
  }

  mark(): StagedMark {
    return { records: this.records.length, offsets: this.offsets.length };
  }

  /** Drops what came after the mark. @returns its records */
  rewind(mark: StagedMark): readonly StagedRecord[] {
    const dropped = this.records.splice(mark.records);
    for (const { sized } of dropped) this.sizeBytes -= sized.maxSizeBytes;
    this.offsets.splice(mark.offsets);
    return dropped;
  }
}
