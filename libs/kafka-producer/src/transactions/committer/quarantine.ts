import { keysHeldBack, touches } from './group-attempt.js';
import type { PendingUnit } from './pending-unit.js';

/**
 * What is sick, and which units wait for it apart from the others.
 *
 * A key is counted per unit that waits for it, so it stays until the last of them is gone: one that came later must not overtake them. Only what did not
 * answer is set apart; the healthy partitions of a unit that waits here are not, and later units may come before it there.
 */
export class Quarantine {
  readonly #counts = new Map<string, number>();
  readonly #heldBy = new Map<PendingUnit, readonly string[]>();

  get size(): number {
    return this.#heldBy.size;
  }

  get keys(): readonly string[] {
    return [...this.#counts.keys()];
  }

  holds(pending: PendingUnit): boolean {
    return this.#heldBy.has(pending);
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  concerns(pending: PendingUnit): boolean {
    return this.#counts.size > 0 && touches(pending, this);
  }

  /** @param sick what it waits for; left out, what is sick already */
  add(pending: PendingUnit, sick: { has(key: string): boolean } = this): void {
    this.remove(pending);
    const keys = keysHeldBack(pending, sick);
    this.#heldBy.set(pending, keys);
    for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(pending: PendingUnit): void {
    for (const key of this.#heldBy.get(pending) ?? []) {
      const left = this.#counts.get(key)! - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
    this.#heldBy.delete(pending);
  }
}
