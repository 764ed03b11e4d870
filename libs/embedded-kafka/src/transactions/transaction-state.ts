/** Kafka's names, as DescribeTransactions and ListTransactions report them. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'Dead'
  | 'PrepareEpochFence';

const NEXT: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  /** A producer id was handed out and nothing was written since. An abort of nothing still raises the epoch in TV2. */
  Empty: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  /** Partitions or groups take part. */
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'],
  /** Decided; markers are being written. */
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  /** Every partition has its marker. */
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'],
  /** Expired and forgotten. */
  Dead: [],
  /** The coordinator ends it, not its producer: never seen from outside. */
  PrepareEpochFence: ['PrepareAbort'],
};

export const TRANSACTION_STATES = Object.keys(NEXT) as readonly TransactionState[];

export function transition(from: TransactionState, to: TransactionState): TransactionState {
  if (NEXT[from].includes(to)) return to;
  throw new Error(`a transaction cannot go from ${from} to ${to}`);
}
