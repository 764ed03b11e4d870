import { sentenceOf } from '../../errors/describe-value.js';
import type { AbortReason } from '../../errors/transaction.errors.js';
import type { Clock } from '../../support/clock.js';
import type { Expiring, UnitDeadlines } from './unit-deadlines.js';

export interface ExpirySettings {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What can end a unit from outside while its work runs: its deadline and its caller's signal; and the signal it gives to its work. */
export class UnitExpiry implements Expiring {
  readonly deadlineMs: number;
  readonly #settings: ExpirySettings;
  readonly #deadlines: UnitDeadlines;
  readonly #startedAtMs: number;
  readonly #onOver: (context: { reason: AbortReason; detail: string }) => void;
  /** Made when somebody asks for the signal. */
  #controller: AbortController | undefined;
  #abortedWith: { readonly reason: unknown } | undefined;

  constructor(
    settings: ExpirySettings,
    { clock, deadlines }: { readonly clock: Clock; readonly deadlines: UnitDeadlines },
    onOver: (context: { reason: AbortReason; detail: string }) => void,
  ) {
    this.#settings = settings;
    this.#deadlines = deadlines;
    this.#onOver = onOver;
    this.#startedAtMs = clock.wallTime();
    this.deadlineMs = clock.now() + settings.timeoutMs;
  }

  start(): void {
    const { signal } = this.#settings;
    this.#deadlines.add(this);
    signal?.addEventListener('abort', this.#onSignal, { once: true });
    if (signal?.aborted === true) this.#onSignal();
  }

  /** From here on nothing ends the unit from outside. */
  stop(): void {
    this.#deadlines.remove(this);
    this.#settings.signal?.removeEventListener('abort', this.#onSignal);
  }

  get deadline(): Date {
    return new Date(this.#startedAtMs + this.#settings.timeoutMs);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortedWith !== undefined) this.#controller.abort(this.#abortedWith.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#abortedWith ??= { reason };
    this.#controller?.abort(reason);
  }

  expire(): void {
    const { timeoutMs } = this.#settings;
    this.#onOver({ reason: 'timeout', detail: `its timeoutMs (${timeoutMs} ms) was over before it was committed` });
  }

  readonly #onSignal = (): void => {
    const reason: unknown = this.#settings.signal?.reason;
    this.#onOver({ reason: 'cancelled', detail: `its signal was aborted: ${sentenceOf(reason)}` });
  };
}
