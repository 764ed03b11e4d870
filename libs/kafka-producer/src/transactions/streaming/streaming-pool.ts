import { ProducerClosedError } from '../../errors/delivery.errors.js';
import { PoolExhaustedError } from '../../errors/transaction.errors.js';
import type { Clock } from '../../support/clock.js';
import { Fifo } from '../../support/fifo.js';
import type { TransactionalProducer } from '../producer/transactional-producer.js';

export interface PoolSettings {
  readonly maxStreamingProducers: number;
  readonly acquireTimeoutMs: number;
}

/** A producer that is one unit's until it is given back, by exactly one of the two. */
export interface StreamingLease {
  readonly producer: TransactionalProducer;
  /** Its transaction has ended, or its next `begin()` will see to that. */
  readonly release: () => void;
  /**
   * It begins nothing any more. Its place is free at once, for a producer with another id.
   *
   * @param settled it is closed when this resolves: until then it may still find out how its transaction ended
   */
  readonly retire: (settled: Promise<unknown>) => void;
}

/** Gauges. */
export interface StreamingStats {
  /** Producers that streaming units hold now. */
  readonly streamingProducers: number;
  readonly maxStreamingProducers: number;
  /** Units that wait for one. */
  readonly waitingForProducer: number;
}

interface Waiter {
  readonly grant: (lease: StreamingLease) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * READ FIRST in this folder. The producers of streaming units: bounded, made when needed, first come, first served. TRANSACTIONS rules 27 and 28.
 *
 * A producer is cheap: an id, an epoch, sequences; connections are the cluster's. What is given back rests at the end of the line, because brokers write the
 * markers of its transaction before they let it begin the next.
 */
export class StreamingPool {
  readonly #settings: PoolSettings;
  readonly #create: () => TransactionalProducer;
  readonly #clock: Clock;
  readonly #idle: TransactionalProducer[] = [];
  readonly #leased = new Set<TransactionalProducer>();
  readonly #retired = new Set<TransactionalProducer>();
  readonly #waiters = new Fifo<Waiter>();
  /** Why nobody is given a producer any more. */
  #ended: Error | undefined;
  #onNoneLeased: () => void = () => {};

  constructor(settings: PoolSettings, create: () => TransactionalProducer, clock: Clock) {
    this.#settings = settings;
    this.#create = create;
    this.#clock = clock;
  }

  stats(): StreamingStats {
    const { maxStreamingProducers } = this.#settings;
    return { streamingProducers: this.#leased.size, maxStreamingProducers, waitingForProducer: this.#waiters.length };
  }

  /** @returns `undefined` when none is free, or somebody waits for one */
  tryAcquire(): StreamingLease | undefined {
    const isFree = this.#waiters.length === 0 && this.#leased.size < this.#settings.maxStreamingProducers;
    return isFree && this.#ended === undefined ? this.#lease() : undefined;
  }

  /**
   * @param isHeldByAncestor a unit around the one that asks has a lease: it would wait for itself
   * @param ended of the unit: gives up the wait
   * @throws PoolExhaustedError after `acquireTimeoutMs`, or at once for a unit that would wait for itself; ProducerClosedError; ProducerFencedError
   */
  acquire(isHeldByAncestor: boolean, ended: Promise<void>): Promise<StreamingLease> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const lease = this.tryAcquire();
    if (lease !== undefined) return Promise.resolve(lease);
    if (isHeldByAncestor) return Promise.reject(this.#exhausted(true));
    return new Promise((resolve, reject) => {
      const settle = (): void => this.#clock.clearTimeout(timer);
      const waiter: Waiter = {
        grant: (granted) => {
          settle();
          resolve(granted);
        },
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      const giveUp = (error: Error): void => {
        if (this.#waiters.remove(waiter)) waiter.refuse(error);
      };
      const timer = this.#clock.setTimeout(() => giveUp(this.#exhausted(false)), this.#settings.acquireTimeoutMs);
      this.#waiters.push(waiter);
      void ended.then(() => giveUp(new ProducerClosedError()));
    });
  }

  /** Another process has our ids. */
  fenced(error: Error): void {
    this.#end(error);
  }

  /** Waits for the leases there are, up to `timeoutMs`; then closes every producer. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#end(new ProducerClosedError());
    if (this.#leased.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, timeoutMs);
        this.#onNoneLeased = () => {
          this.#clock.clearTimeout(timer);
          resolve();
        };
      });
    }
    await Promise.all([...this.#idle, ...this.#leased, ...this.#retired].map((producer) => producer.close()));
  }

  #lease(): StreamingLease {
    const producer = this.#idle.shift() ?? this.#create();
    this.#leased.add(producer);
    return {
      producer,
      release: () => {
        this.#idle.push(producer);
        this.#returned(producer);
      },
      retire: (settled) => {
        this.#retired.add(producer);
        void settled.then(async () => {
          await producer.close();
          this.#retired.delete(producer);
        });
        this.#returned(producer);
      },
    };
  }

  #returned(producer: TransactionalProducer): void {
    this.#leased.delete(producer);
    this.#waiters.shift()?.grant(this.#lease());
    if (this.#leased.size === 0) this.#onNoneLeased();
  }

  #exhausted(heldByAncestor: boolean): PoolExhaustedError {
    const { maxStreamingProducers, acquireTimeoutMs } = this.#settings;
    return new PoolExhaustedError({
      maxStreamingProducers,
      waitedMs: heldByAncestor ? 0 : acquireTimeoutMs,
      heldByAncestor,
    });
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (let next = this.#waiters.shift(); next !== undefined; next = this.#waiters.shift()) next.refuse(this.#ended);
  }
}
