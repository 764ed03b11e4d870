import type { Clock, TimerHandle } from '../time/clock.js';

/** How an answer leaves the broker when it does not leave at once and whole. */
export interface DeliveryPlan {
  readonly pieces?: { readonly bytes: number; readonly everyMs: number };
  /** Afterwards nothing is read from the connection for so long. */
  readonly muteMs?: number;
}

/** Where a delivery writes to. */
export interface Outlet {
  write(piece: Buffer): void;
  /** Aborted when there is nobody to write to. */
  readonly signal: AbortSignal;
}

/** An answer that takes its time, or no answer and a pause. */
export class Delivery {
  constructor(
    readonly frame: Buffer | undefined,
    readonly plan: DeliveryPlan,
    readonly clock: Clock,
  ) {}

  /** Calls `done` when the connection may go on, and not at all when the client is gone before. Leaves no timer. */
  start(outlet: Outlet, done: () => void): void {
    const { pieces = { bytes: Infinity, everyMs: 0 }, muteMs = 0 } = this.plan;
    let timer: TimerHandle;
    const stop = () => this.clock.clearTimeout(timer);
    const after = (delayMs: number, run: () => void) => {
      timer = this.clock.setTimeout(run, delayMs);
    };
    const finish = () => {
      outlet.signal.removeEventListener('abort', stop);
      done();
    };
    const writeFrom = (at: number): void => {
      const end = Math.min(this.frame?.length ?? 0, at + pieces.bytes);
      if (this.frame !== undefined) outlet.write(this.frame.subarray(at, end));
      if (end < (this.frame?.length ?? 0)) after(pieces.everyMs, () => writeFrom(end));
      else if (muteMs > 0) after(muteMs, finish);
      else finish();
    };
    if (outlet.signal.aborted) return;
    outlet.signal.addEventListener('abort', stop, { once: true });
    writeFrom(0);
  }
}
