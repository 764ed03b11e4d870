/** Pseudo-random numbers in [0, 1) from a seed (mulberry32): the same seed gives the same cluster id, topic ids and member ids. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Sixteen random bytes as Kafka prints its ids: base64url without padding, 22 characters. */
  uuid(): string {
    const bytes = Buffer.alloc(16);
    for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(this.next() * 256);
    return bytes.toString('base64url');
  }
}
