import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MemoryAccount, StagedMemory } from './staged-memory.js';

const TOTAL_BYTES = 100;
const SCARCE_BYTES = 40;
const MAX_UNIT_BYTES = 60;

/** A unit that reserves step by step, as its records come, and gives everything back when it has all of them. */
class Unit {
  readonly account: MemoryAccount;
  #left: number[];
  #isWaiting = false;

  constructor(
    readonly memory: StagedMemory,
    steps: readonly number[],
    parent?: Unit,
  ) {
    this.account = new MemoryAccount(parent?.account);
    this.#left = [...steps];
  }

  get isDone(): boolean {
    return this.#left.length === 0 && this.account.bytes === 0;
  }

  /** One record, or the end. @returns whether anything happened */
  step(): boolean {
    if (this.#isWaiting || this.isDone) return false;
    const [bytes] = this.#left;
    if (bytes === undefined) {
      this.memory.release(this.account, this.account.bytes);
      return true;
    }
    if (this.memory.tryReserve(this.account, bytes)) this.#left.shift();
    else {
      this.#isWaiting = true;
      const granted = (): void => {
        this.#isWaiting = false;
        this.#left.shift();
      };
      this.memory.wait({ account: this.account, bytes, grant: granted, cancelled: () => {} });
    }
    return true;
  }
}

/** Of one unit, all together no more than it may hold. */
const steps = fc
  .array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 })
  .filter((sizes) => sizes.reduce((sum, size) => sum + size, 0) <= MAX_UNIT_BYTES / 2);

describe('the memory of staged units', () => {
  it('is never held for ever, whatever units want more, and comes back to the last byte', () => {
    fc.assert(
      fc.property(
        fc.array(steps, { minLength: 4, maxLength: 12 }),
        fc.array(fc.nat(1_000), { minLength: 60, maxLength: 120 }),
        (wanted, order) => {
          const memory = new StagedMemory(SCARCE_BYTES, MAX_UNIT_BYTES);
          const units: Unit[] = [];
          // Every third one is nested in the one before it, and together they stay within what one may hold.
          for (const [index, sizes] of wanted.entries())
            units.push(new Unit(memory, sizes, index % 3 === 2 ? units.at(-1) : undefined));
          const turns = order.values();
          for (let moved = true; moved;) {
            const first = (turns.next().value ?? 0) % Math.max(1, units.length);
            moved = [...units.slice(first), ...units.slice(0, first)].some((unit) => unit.step());
            expect(memory.usedBytes).toBeLessThanOrEqual(SCARCE_BYTES + MAX_UNIT_BYTES);
          }
          expect(units.filter((unit) => !unit.isDone)).toEqual([]);
          expect([memory.usedBytes, memory.waiting]).toEqual([0, 0]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('serves by the age of the outermost unit, and lets the oldest overdraw', () => {
    const memory = new StagedMemory(TOTAL_BYTES, MAX_UNIT_BYTES);
    const [oldest, second, third] = [new MemoryAccount(), new MemoryAccount(), new MemoryAccount()];
    const nested = new MemoryAccount(oldest);
    const granted: string[] = [];
    const wait = (account: MemoryAccount, bytes: number, name: string): void =>
      memory.wait({
        account,
        bytes,
        grant: () => granted.push(name),
        cancelled: () => granted.push(`${name} cancelled`),
      });
    expect(memory.tryReserve(oldest, 30)).toBe(true);
    expect(memory.tryReserve(second, 60)).toBe(true);
    expect(memory.tryReserve(third, 20)).toBe(false);
    wait(third, 20, 'third');
    expect(memory.tryReserve(second, 20)).toBe(false);
    wait(second, 20, 'second');
    expect(memory.tryReserve(nested, 30)).toBe(true); // beyond what there is: the oldest and all in it
    expect(memory.tryReserve(oldest, 1)).toBe(false); // it holds what one may
    memory.cancelAll(third);
    expect(granted).toEqual(['third cancelled']);
    memory.release(nested, 30);
    memory.release(oldest, 30);
    expect(granted).toEqual(['third cancelled', 'second']);
    memory.release(second, 80);
    expect(memory.usedBytes).toBe(0);
  });
});
