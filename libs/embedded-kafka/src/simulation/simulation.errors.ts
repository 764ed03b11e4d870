/** Nothing can go on, or it goes on for too long. Says which seed repeats it and what is waited for. */
export class SimulationStuckError extends Error {
  override readonly name = 'SimulationStuckError';

  constructor(
    readonly seed: number,
    /** Virtual milliseconds. */
    readonly atMs: number,
    problem: string,
    /** What a human may want to know: connections, then the last lines of the trace. */
    readonly details: readonly string[],
  ) {
    super([`simulation with seed ${seed}, after ${atMs.toFixed(3)} ms: ${problem}`, ...details].join('\n  '));
  }
}
