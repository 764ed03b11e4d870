interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** One listener per signal, however many deliveries share it: Node warns of a leak from the eleventh listener on, and a request's signal may cover thousands. */
export class AbortListeners {
  readonly #signals = new Map<AbortSignal, Listening>();

  add(signal: AbortSignal, callback: () => void): void {
    let listening = this.#signals.get(signal);
    if (listening === undefined) {
      listening = { callbacks: new Set(), listener: () => this.#aborted(signal) };
      this.#signals.set(signal, listening);
      signal.addEventListener('abort', listening.listener, { once: true });
    }
    listening.callbacks.add(callback);
  }

  delete(signal: AbortSignal, callback: () => void): void {
    const listening = this.#signals.get(signal);
    if (listening?.callbacks.delete(callback) !== true || listening.callbacks.size > 0) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', listening.listener);
  }

  #aborted(signal: AbortSignal): void {
    const listening = this.#signals.get(signal);
    this.#signals.delete(signal);
    for (const callback of listening?.callbacks ?? []) callback();
  }
}
