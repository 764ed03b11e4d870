import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits until it is so. @throws when it has not become so in time */
export async function reached(condition: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}
