/** Opaque: what `setTimeout` returned. */
export type TimerHandle = object | number;

/** The only source of time, so that tests and simulations can move it. */
export interface Clock {
  /** Monotonic milliseconds; for deadlines and durations. */
  now(): number;
  /** Milliseconds since the epoch; for record timestamps. */
  wallTime(): number;
  /** Below 0 is 0: the moment passed while the delay was computed. */
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle | undefined): void;
  /** Runs the callback once this turn of the event loop is over: after every promise reaction that is due. */
  setImmediate(callback: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.max(0, delayMs)), // Node 24 warns of negative ones
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
  setImmediate: (callback) => void setImmediate(callback),
};
