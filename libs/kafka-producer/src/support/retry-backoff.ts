export interface RetryBackoff {
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  /** 0 ≤ x < 1. @defaultValue Math.random; a simulation passes its own */
  readonly random?: (() => number) | undefined;
}

/**
 * How long to wait before the next attempt: doubles with every failure up to the maximum, ±20 % so that clients which failed together do not come
 * back together. Source: KIP-580.
 *
 * @param failures 1 after the first failed attempt
 */
export function backoffMs(failures: number, settings: RetryBackoff): number {
  const { random = Math.random } = settings;
  const plain = Math.min(settings.retryBackoffMaxMs, settings.retryBackoffMs * 2 ** Math.min(failures - 1, 30));
  return Math.min(settings.retryBackoffMaxMs, plain * (0.8 + 0.4 * random()));
}
