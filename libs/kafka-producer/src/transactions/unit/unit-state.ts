import type { TransactionState } from '../transaction.js';

const NEXT_STATES: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  none: [],
  open: ['streaming', 'queued', 'committed', 'aborted'],
  streaming: ['committing', 'aborted'],
  queued: ['committing', 'aborted'],
  committing: ['committed', 'aborted', 'unknown'],
  committed: [],
  aborted: [],
  unknown: [],
};

/** @throws Error on a step the table does not have: a defect of this library, never of its caller. */
export function transition(from: TransactionState, to: TransactionState): TransactionState {
  if (!NEXT_STATES[from].includes(to)) throw new Error(`A unit cannot go from ${from} to ${to}`);
  return to;
}

export function hasEnded(state: TransactionState): boolean {
  return NEXT_STATES[state].length === 0;
}
