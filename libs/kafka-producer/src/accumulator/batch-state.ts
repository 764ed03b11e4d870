/**
 * The life of a batch.
 *
 * open: takes records · sealed: takes no more · compressing: its body is with the codec · ready: its body is encoded, it may be sent (again) ·
 * in-flight: part of a request that is not answered · done: every record of it is settled.
 */
export type BatchState = 'open' | 'sealed' | 'compressing' | 'ready' | 'in-flight' | 'done';

const NEXT_STATES: Readonly<Record<BatchState, readonly BatchState[]>> = {
  open: ['sealed', 'done'],
  sealed: ['compressing', 'ready', 'done'],
  compressing: ['ready', 'done'],
  ready: ['in-flight', 'done'],
  'in-flight': ['ready', 'done'],
  done: [],
};

/** @throws Error on a step the table does not have: a defect of this library, never of its caller. */
export function transition(from: BatchState, to: BatchState): BatchState {
  if (!NEXT_STATES[from].includes(to)) throw new Error(`A batch cannot go from ${from} to ${to}`);
  return to;
}
