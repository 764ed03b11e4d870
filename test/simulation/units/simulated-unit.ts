/** Where units send to. `ledger` is compacted, so it refuses records without a key; `stock` refuses large ones. */
export const TOPICS = ['orders', 'stock', 'ledger'] as const;
export const PARTITIONS = 3;
/** Bytes of a batch that `stock` takes. */
export const MAX_STOCK_BYTES = 2_000;
/** What simulated consumers consume. There are no records in it: only their offsets matter. */
export const INPUT = 'input';

/** What a unit's caller was told; of the work, `failed` is the caller's own doing. */
export type Told = 'committed' | 'aborted' | 'unknown' | 'failed';

/** The messages of one partition that a unit has worked on: from the first to the one before `to`, which is the offset that it commits. */
export interface ConsumedRange {
  readonly groupId: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface SimulatedUnit {
  readonly name: string;
  /** Units of one caller that are not worked on at the same time follow each other; `undefined`: nobody awaits it. */
  readonly caller: string;
  readonly index: number;
  /** `topic[partition]` of each record, in the order of the sends; without those a savepoint has lost. */
  readonly records: string[];
  /** In the order of the calls. */
  readonly consumed: ConsumedRange[];
  /** Which member of which generation has consumed; units of one are a chain. */
  readonly consumer: string | undefined;
  /** Its records flow while its work runs: it has no place in the order of the others. */
  isStreaming: boolean;
  /** A broker refuses one of its records. */
  isBad: boolean;
  /** Its place among all units whose work has ended, and when that was. */
  ended: { readonly order: number; readonly atMs: number } | undefined;
  told: Told | undefined;
  toldAtMs: number;
  /** Why it was aborted. */
  reason: string | undefined;
  /** What its caller was told as it is unknown, and what was said later. */
  error: unknown;
}

/** All units of a run, in the order of their beginnings. */
export class SimulatedUnits {
  readonly all: SimulatedUnit[] = [];
  readonly #counts = new Map<string, number>();
  #ended = 0;

  add(caller: string, consumer?: string): SimulatedUnit {
    const index = this.#counts.get(caller) ?? 0;
    this.#counts.set(caller, index + 1);
    const unit: SimulatedUnit = {
      name: `${caller}-${index}`,
      caller,
      index,
      records: [],
      consumed: [],
      consumer,
      isStreaming: false,
      isBad: false,
      ended: undefined,
      told: undefined,
      toldAtMs: Infinity,
      reason: undefined,
      error: undefined,
    };
    this.all.push(unit);
    return unit;
  }

  ended(unit: SimulatedUnit, atMs: number): void {
    unit.ended = { order: ++this.#ended, atMs };
  }
}
