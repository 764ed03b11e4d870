import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import type { TopicImage } from './metadata-image.js';

/** When a broker knows a topic, and when it has taken its partitions over. */
interface Arrival {
  readonly knownAtMs: number;
  readonly servedAtMs: number;
}

/** `unknown`: never heard of it. `known`: named in metadata, its partitions are not led yet. `served`: all is done. */
export type Standing = 'unknown' | 'known' | 'served';

/**
 * News of created and deleted topics on their way to the brokers: each hears of them at its own moment, in an order drawn by lot.
 *
 * A broker names a new topic first and leads its partitions a little later, as in Kafka, where the metadata cache is ahead of the replica
 * manager.
 */
export class Propagation {
  readonly #arrivals = new Map<string, ReadonlyMap<number, Arrival>>();
  #departures: {
    readonly image: TopicImage;
    readonly goneAtMs: ReadonlyMap<number, Arrival>;
    readonly overAtMs: number;
  }[] = [];

  constructor(
    readonly nodeIds: readonly number[],
    readonly clock: Clock,
    readonly random: Random,
  ) {}

  /** @param withinMs the last broker serves the topic then */
  arrive(topicId: string, withinMs: number): void {
    if (withinMs > 0) this.#arrivals.set(topicId, this.#schedule(withinMs));
  }

  depart(image: TopicImage, withinMs: number): void {
    this.#arrivals.delete(image.id);
    if (withinMs <= 0) return;
    const nowMs = this.clock.wallTime();
    this.#departures = this.#departures.filter(({ overAtMs }) => nowMs < overAtMs);
    this.#departures.push({ image, goneAtMs: this.#schedule(withinMs), overAtMs: nowMs + withinMs });
  }

  standing(nodeId: number, topicId: string): Standing {
    const arrival = this.#arrivals.get(topicId)?.get(nodeId);
    if (arrival === undefined) return 'served';
    const nowMs = this.clock.wallTime();
    if (nowMs < arrival.knownAtMs) return 'unknown';
    return nowMs < arrival.servedAtMs ? 'known' : 'served';
  }

  /** Deleted topics a broker has not heard of yet. */
  departing(nodeId: number): TopicImage[] {
    const nowMs = this.clock.wallTime();
    return this.#departures
      .filter(({ goneAtMs }) => nowMs < (goneAtMs.get(nodeId)?.servedAtMs ?? 0))
      .map(({ image }) => image);
  }

  #schedule(withinMs: number): ReadonlyMap<number, Arrival> {
    const nowMs = this.clock.wallTime();
    const stepMs = withinMs / this.nodeIds.length;
    return new Map(
      this.#drawn().map((nodeId, rank) => {
        return [nodeId, { knownAtMs: nowMs + (rank + 0.5) * stepMs, servedAtMs: nowMs + (rank + 1) * stepMs }];
      }),
    );
  }

  /** The brokers in an order drawn by lot. */
  #drawn(): number[] {
    const left = [...this.nodeIds];
    return this.nodeIds.map(() => left.splice(Math.floor(this.random.next() * left.length), 1)[0] as number);
  }
}
