/**
 * The life of a transactional producer.
 *
 * idle: no transaction · open: takes records and offsets · ending: its verdict is with the coordinator · settling: nobody has answered it in time, and it is
 * asked on · closed: for good.
 */
export type ProducerState = 'idle' | 'open' | 'ending' | 'settling' | 'closed';

const NEXT_STATES: Readonly<Record<ProducerState, readonly ProducerState[]>> = {
  idle: ['open', 'closed'],
  open: ['ending', 'closed'],
  ending: ['idle', 'settling', 'closed'],
  settling: ['idle', 'closed'],
  closed: [],
};

/** @throws Error on a step the table does not have: a defect of this library, never of its caller. */
export function transition(from: ProducerState, to: ProducerState): ProducerState {
  if (!NEXT_STATES[from].includes(to)) throw new Error(`A transactional producer cannot go from ${from} to ${to}`);
  return to;
}
