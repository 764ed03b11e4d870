import type { Duplex } from 'node:stream';
import type { Transport } from '../broker/transport.js';
import type { Chunking, LatencyRange } from './network-conditions.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Which way bytes go. */
export type Direction = 'to-broker' | 'to-client';
/** One end of a connection. */
export type Side = 'client' | 'broker';

/** Whom a client wants to reach, and who it is. */
export interface ConnectOptions extends Address {
  /** Its host, as the broker and partitions of the network know it. @defaultValue 'client' */
  readonly clientName?: string;
}

/** A connection between a client and a broker, and what a network can do to it. */
export interface NetworkConnection {
  /** From 1, in the order of the attempts. */
  readonly number: number;
  readonly clientName: string;
  /** Of the broker. */
  readonly address: Address;
  /** Both sides have agreed, and neither has left. */
  readonly isOpen: boolean;
  /**
   * Resets it; what is on its way is lost. Each end learns of it after a latency of its own, with ECONNRESET, also while it is held.
   *
   * @param side the only one to learn of it: the other believes in the connection until it writes
   */
  cut(side?: Side): void;
  /** Nothing arrives any more, as if it went into a black hole: nothing is lost, and nobody is told. To be released as often as it was held. */
  hold(direction?: Direction): void;
  release(direction?: Direction): void;
  /** For a human who wants to know why nothing goes on. */
  describe(): string;
}

/** What a partition separates; what is left out means all. */
export interface PartitionScope {
  readonly clientName?: string;
  /** Of the broker. */
  readonly port?: number;
  /** @defaultValue both */
  readonly direction?: Direction;
}

export interface NetworkPartition {
  /** What was written meanwhile arrives, and connections that were waited for come about. Harmless when repeated. */
  heal(): void;
}

/** Listeners and connections without sockets: everything takes virtual time, as long as the seed says. */
export interface Network extends Transport {
  /** Connections that are open, half-open or being opened, oldest first. */
  readonly connections: readonly NetworkConnection[];
  /** Of everything that is sent from now on. */
  latencyMs: LatencyRange;
  chunking: Chunking;
  /**
   * A client's end of a new connection, with the manners of a `net.Socket`. It emits `connect` when it is open, or `error` with ECONNREFUSED when nobody
   * listens; behind a partition neither, until that is healed.
   */
  connect(options: ConnectOptions): Duplex;
  /** Separates clients and brokers until it is healed. Connections can neither be used nor opened, but nothing is lost and nobody is told. */
  partition(scope?: PartitionScope): NetworkPartition;
}
