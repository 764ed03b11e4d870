export interface BackoffSettings {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly random: () => number;
}

const JITTER = 0.2;

/** Waits that double from `initialMs` to `maxMs`, ±20 % so that many clients of one broker do not come back together (as in the Java client). */
export class ExponentialBackoff {
  readonly #settings: BackoffSettings;

  constructor(settings: BackoffSettings) {
    this.#settings = settings;
  }

  /** @param failures how many attempts failed in a row, at least 1 */
  delayMs(failures: number): number {
    const { initialMs, maxMs, random } = this.#settings;
    const delayMs = Math.min(maxMs, initialMs * 2 ** Math.min(30, failures - 1));
    return delayMs * (1 - JITTER + 2 * JITTER * random());
  }
}
