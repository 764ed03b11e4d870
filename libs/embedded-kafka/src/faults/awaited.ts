interface Waiter<T> {
  readonly isIt: (value: T) => boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Things that tests wait for, so that they need not poll. */
export class Awaited<T> {
  readonly #waiters = new Set<Waiter<T>>();
  #closed: Error | undefined;

  /** Resolves with the first value offered from now on that `isIt`; rejects when it can no longer come. */
  next(isIt: (value: T) => boolean): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      if (this.#closed === undefined) this.#waiters.add({ isIt, resolve, reject });
      else reject(this.#closed);
    });
    // A test that fails before it awaits this has one failure to report, not two.
    promise.catch(() => undefined);
    return promise;
  }

  offer(value: T): void {
    // A copy: whoever is told may wait again at once.
    for (const waiter of Array.from(this.#waiters)) {
      if (!waiter.isIt(value)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(value);
    }
  }

  /** Nothing comes any more. The first reason given stays. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const { reject } of this.#waiters) reject(this.#closed);
    this.#waiters.clear();
  }
}
