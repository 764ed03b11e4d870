/** Pseudo-random numbers from a seed (mulberry32): the same seed gives the same cluster id, topic ids and member ids. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Whole numbers from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @param choices at least one */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** A sequence of its own: how many numbers are drawn from one of them does not change the other. */
  fork(): Random {
    return new Random(this.integer(0, 0xffff_ffff));
  }

  /** Sixteen random bytes as Kafka prints its ids: base64url without padding, 22 characters. */
  uuid(): string {
    const bytes = Buffer.alloc(16);
    for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(this.next() * 256);
    return bytes.toString('base64url');
  }
}
