import type { SeededRandom } from './seeded-random.js';

/** How likely each fault is: per batch, per request, per attempt to connect, or per moment of the nemesis. */
export interface FaultRates {
  /** 19, 3, 5 or 56: refused before the append, worth another attempt. */
  readonly refusedBeforeAppend: number;
  /** 6, 7, 20 or 56 although the batch is in the log. */
  readonly refusedAfterAppend: number;
  /** 10 or 87, also for a repeat of what is in the log: brokers check these before sequences. */
  readonly rejected: number;
  /** -1, appended or not. */
  readonly unknownError: number;
  readonly leftOutOfAnswer: number;
  readonly answerLost: number;
  /** The connection breaks; some of what was on its way arrives all the same, maybe much later. */
  readonly connectionBroken: number;
  readonly notWritten: number;
  readonly connectFailed: number;
  readonly throttled: number;
  readonly identityRefused: number;
  readonly leaderMoved: number;
  readonly leaderGone: number;
  readonly nodeFrozen: number;
  /** Of the moves of a leader: what was not committed is gone. */
  readonly truncated: number;
}

const WORST: FaultRates = {
  refusedBeforeAppend: 0.3,
  refusedAfterAppend: 0.3,
  rejected: 0.1,
  unknownError: 0.1,
  leftOutOfAnswer: 0.1,
  answerLost: 0.2,
  connectionBroken: 0.3,
  notWritten: 0.1,
  connectFailed: 0.5,
  throttled: 0.2,
  identityRefused: 0.5,
  leaderMoved: 0.5,
  leaderGone: 0.2,
  nodeFrozen: 0.2,
  truncated: 1,
};

/** Every run has faults of its own: about half of the kinds, from rare to frequent. */
export function randomFaults(random: SeededRandom): FaultRates {
  const rates = Object.entries(WORST).map(([fault, worst]) => [fault, random.chance(0.5) ? random.next() * worst : 0]);
  return Object.fromEntries(rates) as FaultRates;
}

/** From here on everything works. */
export const NO_FAULTS = Object.fromEntries(Object.keys(WORST).map((fault) => [fault, 0])) as unknown as FaultRates;
