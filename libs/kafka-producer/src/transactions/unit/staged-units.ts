import { ProducerClosedError } from '../../errors/delivery.errors.js';
import { TransactionUnit } from './transaction-unit.js';
import { hasEnded } from './unit-state.js';
import type { UnitFactory, UnitOfWork, UnitSettings } from './unit-of-work.js';
import type { UnitParts } from './unit-parts.js';

/** The units of one producer that have not ended. */
export class StagedUnits implements UnitFactory {
  readonly #parts: UnitParts;
  readonly #open = new Set<UnitOfWork>();
  #isClosed = false;
  #onNone: () => void = () => {};

  constructor(parts: Omit<UnitParts, 'ended'>) {
    this.#parts = { ...parts, ended: (unit) => this.#ended(unit) };
  }

  get size(): number {
    return this.#open.size;
  }

  /** A unit inside one that is open may still be opened while the producer closes. */
  async open(settings: UnitSettings): Promise<UnitOfWork> {
    if (this.#isClosed && (settings.parent === undefined || !this.#open.has(settings.parent))) {
      throw new ProducerClosedError({ state: 'closing' });
    }
    const unit = new TransactionUnit(settings, this.#parts);
    if (!hasEnded(unit.state)) this.#open.add(unit); // its signal may have been aborted before
    if (settings.mode === 'streaming') await unit.stream();
    return unit;
  }

  /** Opens no more; resolves when those that are open have ended, or after `timeoutMs`, when they are aborted. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#open.size === 0) return;
    const { clock } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, timeoutMs);
      this.#onNone = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
    for (const unit of this.#open) {
      if (unit instanceof TransactionUnit)
        unit.cancel(`the producer was closed and ${timeoutMs} ms were not enough to finish it`);
    }
  }

  #ended(unit: UnitOfWork): void {
    this.#open.delete(unit);
    if (this.#open.size === 0) this.#onNone();
  }
}
