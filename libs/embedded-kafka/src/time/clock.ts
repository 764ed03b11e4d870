/** Handle of a pending timer; opaque to everyone but the clock that gave it. */
export type TimerHandle = unknown;

/** The only source of time in the cluster, so that a test or a simulation decides when it passes. */
export interface Clock {
  /** Milliseconds since the epoch; what records and logs are stamped with. */
  wallTime(): number;
  setTimeout(fire: () => void, delayMs: number): TimerHandle;
  /** Harmless for a timer that has fired. */
  clearTimeout(handle: TimerHandle): void;
  /** Awaits work that takes real time, such as decompression on a thread: a simulation lets its own stand still meanwhile. Absent: it is just awaited. */
  outside?<T>(work: () => Promise<T>): Promise<T>;
}

export const systemClock: Clock = {
  wallTime: () => Date.now(),
  setTimeout: (fire, delayMs) => setTimeout(fire, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** For work that threads do. */
export function outside<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  return clock.outside === undefined ? work() : clock.outside(work);
}
