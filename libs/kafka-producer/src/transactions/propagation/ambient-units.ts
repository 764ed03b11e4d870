import { AsyncLocalStorage } from 'node:async_hooks';

import type { UnitOfWork } from '../unit/unit-of-work.js';

/** What an async context knows: of each producer the unit it is in, or that it was left on purpose. */
type Ambience = ReadonlyMap<object, UnitOfWork | 'left'>;

const NOWHERE: Ambience = new Map();

/**
 * The units of the calling async context, of all producers of one application.
 *
 * The storage is made with the first unit: from its first use on every promise of the process pays for it on Node 20.
 */
export class AmbientUnits {
  #storage: AsyncLocalStorage<Ambience> | undefined;

  /** The unit of this producer, also when it has ended: whoever still runs in its context has missed that. */
  of(producer: object): UnitOfWork | undefined {
    const found = this.#storage?.getStore()?.get(producer);
    return found === 'left' ? undefined : found;
  }

  /** A unit of another producer that still takes records, unless this producer was told to send outside of units. */
  foreignTo(producer: object): UnitOfWork | undefined {
    const ambience = this.#storage?.getStore();
    if (ambience === undefined || ambience.has(producer)) return undefined;
    for (const unit of ambience.values()) if (unit !== 'left' && takesRecords(unit)) return unit;
    return undefined;
  }

  enter<T>(producer: object, unit: UnitOfWork, work: () => T): T {
    return this.#with(producer, unit, work);
  }

  /** What runs inside sends outside of units. */
  leave<T>(producer: object, work: () => T): T {
    return this.#storage === undefined ? work() : this.#with(producer, 'left', work);
  }

  #with<T>(producer: object, unit: UnitOfWork | 'left', work: () => T): T {
    this.#storage ??= new AsyncLocalStorage();
    const ambience = new Map(this.#storage.getStore() ?? NOWHERE);
    // Last: what was entered last is found first by who looks for any.
    ambience.delete(producer);
    return this.#storage.run(ambience.set(producer, unit), work);
  }
}

export function takesRecords({ state }: UnitOfWork): boolean {
  return state === 'open' || state === 'streaming';
}
