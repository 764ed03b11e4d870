import type { Duplex } from 'node:stream';
import type { Transport } from '../broker/transport.js';
import { EmbeddedKafka } from '../embedded-kafka.js';
import type { EmbeddedKafkaOptions } from '../embedded-kafka.options.js';
import { Random } from '../time/random.js';
import { Driver } from './driver.js';
import type { ConnectOptions, Network } from './network.js';
import { NetworkConditions, type Chunking, type LatencyRange } from './network-conditions.js';
import { OutsideWork } from './outside-work.js';
import { Scheduler } from './scheduler.js';
import { SimulatedClock, type SimulationClock } from './simulated-clock.js';
import { SimulatedNetwork } from './simulated-network.js';
import { SimulationStuckError } from './simulation.errors.js';
import { Trace, type SimulationTrace } from './trace.js';

/** Of the trace, in the message of an error. */
const LINES_SHOWN = 20;

export interface SimulationOptions {
  /** Decides everything that is left to chance: the same seed is the same run. */
  readonly seed: number;
  /** How long bytes and handshakes are under way one way, in milliseconds. @defaultValue [0.1, 2] */
  readonly latencyMs?: LatencyRange;
  /** @defaultValue 'random' */
  readonly chunking?: Chunking;
  /** Virtual milliseconds after which a `run()` is given up. @defaultValue 86_400_000, a day */
  readonly maxVirtualMs?: number;
  /** Events after which a `run()` or `runFor()` is given up. @defaultValue 10_000_000 */
  readonly maxEvents?: number;
  /** How many of the latest lines `trace.lines` keeps. @defaultValue 0 */
  readonly maxTraceLines?: number;
}

/**
 * A cluster and its clients without sockets, on one virtual clock: whatever happens (a delivery, a timer) happens in an order that the seed decides,
 * one thing at a time, as fast as the processor can.
 *
 * Time passes only in `run()` and `runFor()`. Whatever takes part must have its time from `clock`, its randomness from `random` and its bytes from
 * `connect()`; nothing may wait for real timers, sockets, files or threads, except within `outside()`.
 */
export class Simulation {
  readonly seed: number;
  /** For brokers and clients. */
  readonly clock: SimulationClock;
  /** Where brokers listen, and what can happen between them and their clients. */
  readonly network: Network;
  /** For the programs that run in it; does not change what the network does. */
  readonly random: Random;
  readonly #trace: Trace;
  readonly #scheduler: Scheduler;
  readonly #driver: Driver;
  readonly #seeds: Random;

  constructor(options: SimulationOptions) {
    const { seed, latencyMs = [0.1, 2], chunking = 'random' } = options;
    this.seed = seed;
    this.#seeds = new Random(seed);
    this.random = this.#seeds.fork();
    this.#trace = new Trace(options.maxTraceLines ?? 0);
    this.#scheduler = new Scheduler(this.#trace, this.#seeds.fork());
    const outside = new OutsideWork(this.#scheduler, this.#seeds.fork());
    this.clock = new SimulatedClock(this.#scheduler, outside);
    this.network = new SimulatedNetwork(
      new NetworkConditions(this.#scheduler, this.#seeds.fork(), latencyMs, chunking),
    );
    const { maxVirtualMs = 86_400_000, maxEvents = 10_000_000 } = options;
    this.#driver = new Driver(this.#scheduler, outside, { maxVirtualMs, maxEvents }, (problem) => this.#stuck(problem));
  }

  /** For the option of `EmbeddedKafka.start()`. */
  get transport(): Transport {
    return this.network;
  }

  get trace(): SimulationTrace {
    return this.#trace;
  }

  /** Timers that are set and things that are under way: zero once everything is stopped. */
  get pendingEvents(): number {
    return this.#scheduler.pendingEvents;
  }

  /** Everything that has happened so far. */
  get firedEvents(): number {
    return this.#scheduler.firedEvents;
  }

  /** A cluster in this simulation. Needs no time: it can be awaited outside of `run()`. */
  startKafka(options: Omit<EmbeddedKafkaOptions, 'clock' | 'transport'> = {}): Promise<EmbeddedKafka> {
    const { clock, transport } = this;
    const seed = this.#seeds.integer(0, 0xffff_ffff);
    return EmbeddedKafka.start({ seed, ...options, clock, transport });
  }

  /** A client's end of a new connection to a broker: the network's `connect()`. */
  connect(options: ConnectOptions): Duplex {
    return this.network.connect(options);
  }

  /** Puts what a program did into the trace, and so into its hash. */
  note(text: string): void {
    this.#trace.add(this.clock.now(), 'note', 0, Buffer.from(text), () => text);
  }

  /** For programs that run in it. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimeout(resolve, durationMs));
  }

  /** The clock's `outside()`: for what a program awaits that takes real time. */
  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.clock.outside(work);
  }

  /**
   * Lets virtual time pass until the work has settled.
   *
   * @throws what the work throws, with the seed and the moment in its property `simulation`
   * @throws SimulationStuckError when the work waits for something that will not happen, or takes too long
   */
  async run<T>(work: Promise<T> | (() => T | Promise<T>)): Promise<T> {
    const promise = typeof work === 'function' ? new Promise<T>((resolve) => resolve(work())) : work;
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    promise.then(settled, settled);
    try {
      await this.#driver.driveUntil(() => isSettled);
      return await promise;
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Lets this much virtual time pass, whatever happens in it. 0: all that is due now. */
  async runFor(durationMs: number): Promise<void> {
    try {
      await this.#driver.driveFor(durationMs);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Test runners and node print the properties of an error. */
  #noted(error: unknown): unknown {
    if (error instanceof SimulationStuckError || !(error instanceof Error) || !Object.isExtensible(error)) return error;
    return Object.assign(error, { simulation: { seed: this.seed, atMs: this.clock.now() } });
  }

  #stuck(problem: string): SimulationStuckError {
    const connections = this.network.connections.map((connection) => connection.describe());
    const details = [...connections, ...this.#trace.lines.slice(-LINES_SHOWN)];
    return new SimulationStuckError(this.seed, this.clock.now(), problem, details);
  }
}
