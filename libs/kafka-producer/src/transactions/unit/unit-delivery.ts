import type { Delivery } from '../../record/delivery.js';

/** What `enqueue()` returns: the promise is made when somebody asks for it, so that nobody has to care about its rejection. */
export class UnitDelivery implements Delivery {
  readonly #settled: () => Delivery['acknowledged'];
  #acknowledged: Delivery['acknowledged'] | undefined;

  constructor(settled: () => Delivery['acknowledged']) {
    this.#settled = settled;
  }

  get acknowledged(): Delivery['acknowledged'] {
    this.#acknowledged ??= this.#settled();
    return this.#acknowledged;
  }
}

/** Whoever ignores it has not ended the process: a send that failed shows when the unit ends. */
export function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
