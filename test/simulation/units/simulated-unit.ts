/** Where units send to. */
export const TOPICS = ['orders', 'stock'] as const;
export const PARTITIONS = 3;

/** What a unit's caller was told; of the work, `failed` is the caller's own doing. */
export type Told = 'committed' | 'aborted' | 'unknown' | 'failed';

export interface SimulatedUnit {
  readonly name: string;
  readonly caller: number;
  readonly index: number;
  /** `topic[partition]` of each record, in the order of the sends; without those a savepoint has lost. */
  readonly records: string[];
  told: Told | undefined;
}
