import type { CommittedRecord } from './committed-record.js';

interface OpenTransaction {
  /** Where sequences of the next transaction start anew. */
  epoch: number;
  readonly records: CommittedRecord[];
}

/** The transactions of the in-memory cluster: records that are written and not to be seen yet, by transactional id. */
export class InMemoryTransactions {
  readonly #byId = new Map<string, OpenTransaction>();
  /** Instances whose ids somebody else has taken. */
  readonly #fenced = new Set<string>();

  /** What an earlier producer of the id has left open is dropped. @returns the epoch */
  initialise(transactionalId: string): number {
    const before = this.#byId.get(transactionalId);
    const epoch = before === undefined ? 0 : before.epoch + 1;
    this.#byId.set(transactionalId, { epoch, records: [] });
    return epoch;
  }

  add(transactionalId: string, record: CommittedRecord): void {
    this.#byId.get(transactionalId)?.records.push(record);
  }

  /** Topics of the open transaction. */
  topicsOf(transactionalId: string): string[] {
    return [...new Set(this.#byId.get(transactionalId)?.records.map(({ topic }) => topic))];
  }

  /** Another process takes the id, with all others of its instance: what is open under it is dropped, and whoever had them is refused from now on. */
  fence(transactionalId: string): void {
    this.#fenced.add(instanceOf(transactionalId));
    this.#byId.get(transactionalId)?.records.splice(0);
  }

  isFenced(transactionalId: string): boolean {
    return this.#fenced.has(instanceOf(transactionalId));
  }

  /** @returns the records that became visible, in the order in which they were written, and the epoch of the next transaction */
  end(transactionalId: string, isCommit: boolean): { epoch: number; records: readonly CommittedRecord[] } {
    const open = this.#byId.get(transactionalId);
    if (open === undefined) return { epoch: 0, records: [] };
    const records = open.records.splice(0);
    open.epoch++;
    return { epoch: open.epoch, records: isCommit ? records : [] };
  }
}

/** Without the slot. */
function instanceOf(transactionalId: string): string {
  return transactionalId.slice(0, transactionalId.lastIndexOf('-'));
}
