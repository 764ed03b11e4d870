import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import type { SerializedRecord } from '../../record/serialized-record.js';
import type { RecordStager } from './record-stager.js';
import type { MemoryAccount, StagedMemory } from './staged-memory.js';
import type { StagedRecord } from './staged-record.js';
import type { StagedMark, StagedWork } from './staged-work.js';
import { UnitInterception } from './unit-interception.js';
import type { UnitParts } from './unit-parts.js';
import type { UnitStreaming } from './unit-streaming.js';

export type StagingParts = Pick<UnitParts, 'stager' | 'memory' | 'interceptors'>;

/** Whose records are staged. */
export interface StagingOwner {
  readonly account: MemoryAccount;
  readonly streaming: Pick<UnitStreaming, 'isActive' | 'admits' | 'begin' | 'add'>;
  /** @throws when the unit takes no more records: asked again when a record that took time is there */
  assertOpen(): void;
  /** A record could not be staged. */
  failed(error: unknown): void;
}

/**
 * The way of a unit's records into its memory, in the order of the calls, whichever is ready first.
 *
 * A record that need not wait is staged within the call. As soon as one has to, all later ones of the unit stand behind it.
 */
export class UnitStaging {
  readonly #stager: RecordStager;
  readonly #memory: StagedMemory;
  readonly #work: StagedWork;
  readonly #owner: StagingOwner;
  readonly #interception: UnitInterception | undefined;
  /** Settles when every record that was begun has been staged, or has failed. Never rejects. `undefined`: none takes time. */
  #pending: Promise<void> | undefined;

  constructor(parts: StagingParts, work: StagedWork, owner: StagingOwner) {
    this.#stager = parts.stager;
    this.#memory = parts.memory;
    this.#interception = parts.interceptors && new UnitInterception(parts.interceptors());
    this.#work = work;
    this.#owner = owner;
  }

  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  stage(given: ProducerRecord): StagedRecord | Promise<StagedRecord> {
    return this.#interception === undefined ? this.#stage(given) : this.#stageIntercepted(given, this.#interception);
  }

  #stage(record: ProducerRecord): StagedRecord | Promise<StagedRecord> {
    try {
      const made = this.#stager.serialize(record);
      if (this.#pending === undefined && !(made instanceof Promise)) {
        const staged = this.#tryPlace(made);
        if (staged !== undefined) return staged;
      }
      return this.#inOrder(async () => this.#place(await made));
    } catch (error) {
      this.#owner.failed(error);
      throw error;
    }
  }

  /** All are serialised before the first is staged; when one cannot be, none is. */
  async stageAll(given: readonly ProducerRecord[]): Promise<StagedRecord[]> {
    const interception = this.#interception;
    if (interception === undefined) return this.#stageAll(given);
    const records: ProducerRecord[] = [];
    try {
      for (const record of given) records.push(interception.onSend(record));
      const staged = await this.#stageAll(records);
      for (const [index, each] of staged.entries()) interception.staged(records[index]!, each);
      return staged;
    } catch (error) {
      for (const record of records) interception.failed(record, error);
      this.#owner.failed(error);
      throw error;
    }
  }

  async #stageIntercepted(given: ProducerRecord, interception: UnitInterception): Promise<StagedRecord> {
    let record: ProducerRecord;
    try {
      record = interception.onSend(given);
    } catch (error) {
      this.#owner.failed(error);
      throw error;
    }
    try {
      const staged = await this.#stage(record);
      interception.staged(record, staged);
      return staged;
    } catch (error) {
      interception.failed(record, error);
      throw error;
    }
  }

  #stageAll(records: readonly ProducerRecord[]): Promise<StagedRecord[]> {
    return this.#inOrder(async () => {
      const serialized = await Promise.all(records.map(async (record) => this.#stager.serialize(record)));
      const mark = this.#work.mark();
      const staged: StagedRecord[] = [];
      try {
        for (const each of serialized) staged.push(await this.#place(each));
        return staged;
      } catch (error) {
        this.#release(this.#work.rewind(mark));
        throw error;
      }
    });
  }

  /** Drops what was staged after the mark; what flows cannot be. @param error why */
  rewind(mark: StagedMark, error: unknown): void {
    const dropped = this.#work.rewind(mark);
    this.#release(dropped);
    this.#interception?.dropped(dropped, error);
  }

  /** @param metadata of all records */
  committed(metadata: () => readonly RecordMetadata[]): void {
    this.#release(this.#work.records);
    this.#interception?.committed(metadata());
  }

  /** Nothing of the unit is, or it is not known. */
  failed(error: unknown): void {
    this.#release(this.#work.rewind({ records: 0, offsets: 0 }));
    this.#interception?.allDropped(error);
  }

  #release(records: readonly StagedRecord[]): void {
    let bytes = 0;
    for (const { sized } of records) bytes += sized.maxSizeBytes;
    if (bytes > 0) this.#memory.release(this.#owner.account, bytes);
  }

  #tryPlace(record: SerializedRecord): StagedRecord | undefined {
    const { account, streaming } = this.#owner;
    if (!streaming.admits(record.sized.maxSizeBytes)) return undefined;
    const staged = this.#stager.tryStage(record, account);
    return staged && this.#keep(staged);
  }

  async #place(record: SerializedRecord): Promise<StagedRecord> {
    const { account, streaming } = this.#owner;
    const placed = this.#tryPlace(record);
    if (placed !== undefined) return placed;
    if (!streaming.admits(record.sized.maxSizeBytes)) await streaming.begin();
    return this.#keep(await this.#stager.stage(record, account));
  }

  #keep(staged: StagedRecord): StagedRecord {
    try {
      this.#owner.assertOpen();
    } catch (error) {
      this.#memory.release(this.#owner.account, staged.sized.maxSizeBytes);
      throw error;
    }
    const { streaming } = this.#owner;
    if (streaming.isActive) streaming.add(staged);
    else this.#work.add(staged);
    return staged;
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#pending === undefined ? work() : this.#pending.then(work);
    const done: Promise<void> = result.then(
      () => {},
      (error: unknown) => this.#owner.failed(error),
    );
    this.#pending = done;
    void done.then(() => {
      if (this.#pending === done) this.#pending = undefined;
    });
    return result;
  }
}
