import type { Random } from '../time/random.js';
import type { Scheduler } from './scheduler.js';

/** Shortest and longest, in milliseconds; in between all are equally likely. */
export type LatencyRange = readonly [minMs: number, maxMs: number];

/** `random`: what is written at once may arrive in pieces, and pieces may arrive at once. `whole`: one write, one chunk. */
export type Chunking = 'random' | 'whole';

/** What the network does to everybody, by chance. */
export class NetworkConditions {
  constructor(
    readonly scheduler: Scheduler,
    readonly random: Random,
    public latencyMs: LatencyRange,
    public chunking: Chunking,
  ) {}

  /** How long the next thing is under way. */
  latency(): number {
    const [minMs, maxMs] = this.latencyMs;
    return minMs + this.random.next() * (maxMs - minMs);
  }

  /** Cuts bytes at random places; half of the time not at all. They are views of what was given. */
  pieces(bytes: Buffer, maxPieces: number): Buffer[] {
    if (this.chunking === 'whole' || bytes.length < 2 || this.random.chance(0.5)) return [bytes];
    const cuts = Array.from({ length: this.random.integer(1, maxPieces - 1) }, () =>
      this.random.integer(1, bytes.length - 1),
    );
    const places = [0, ...new Set(cuts.toSorted((a, b) => a - b)), bytes.length];
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  }

  joins(): boolean {
    return this.chunking === 'random' && this.random.chance(0.5);
  }
}
