/** Units: milliseconds. */
const LONGEST_MS = 5_000;
const SHORTEST_MS = 500;
/** So many times the usual duration is no longer usual. */
const FACTOR = 20;
/** Attempts before the usual duration is known. The first ones connect, find coordinators and load topics. */
const FIRST_ATTEMPTS = 5;
const WEIGHT = 0.1;

/**
 * How long an attempt may wait for its partitions before those that have not answered are set apart, with their units.
 *
 * All other units wait meanwhile, so it follows what attempts take here: a cluster that answers in 3 ms is given half a second, one that needs a second is
 * given five.
 */
export class AttemptPatience {
  #attempts = 0;
  #usualMs = 0;

  get limitMs(): number {
    if (this.#attempts < FIRST_ATTEMPTS) return LONGEST_MS;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#usualMs * FACTOR));
  }

  took(durationMs: number): void {
    this.#usualMs = this.#attempts === 0 ? durationMs : this.#usualMs + (durationMs - this.#usualMs) * WEIGHT;
    this.#attempts++;
  }
}
