import { AuthenticationError } from '../errors/cluster-side.errors.js';
import type { Clock, TimerHandle } from '../support/clock.js';
import type { BrokerConnections } from './broker-connections.js';
import type { ConnectionPurpose, TransactionVersion, WireRequest } from './cluster.js';
import type { PipelineLog } from './cluster-settings.js';
import { ConnectionLostError } from './cluster.errors.js';
import type { BrokerConnection } from './connection/broker-connection.js';
import { endpointText, sameEndpoint, type BrokerEndpoint } from './connection/transport.js';
import { ExponentialBackoff } from './exponential-backoff.js';

export interface BrokerNodeContext {
  readonly connections: BrokerConnections;
  readonly clock: Clock;
  readonly log: PipelineLog;
  readonly random: () => number;
  /** A connection in use broke, or could not be made: the metadata may be out of date. */
  readonly onUnreachable: (node: BrokerNode) => void;
}

/** Refused credentials do not get better within a second, and some directories lock accounts: asked again far less often. */
const AUTHENTICATION_BACKOFF_MS = { initialMs: 1_000, maxMs: 10_000 };
const RECONNECT_BACKOFF_MS = { initialMs: 50, maxMs: 1_000 };
/** Whoever comes back at once with refused credentials waits this long for the same answer, so that no caller can spin. */
const REFUSAL_PAUSE_MS = 100;
/** A connection lost sooner than this counts as an attempt that failed: some proxies accept everything and then hang up. */
const STABLE_AFTER_MS = 1_000;

/** One broker at one address: its connections by purpose, the pause between attempts to reach it, and what the log was told about it. */
export class BrokerNode {
  /** Negative for a bootstrap address, whose node id nobody knows yet. */
  readonly nodeId: number;
  readonly endpoint: BrokerEndpoint;
  readonly #context: BrokerNodeContext;
  readonly #reconnectBackoff: ExponentialBackoff;
  readonly #authenticationBackoff: ExponentialBackoff;
  readonly #connections = new Map<ConnectionPurpose, BrokerConnection>();
  readonly #attempts = new Map<ConnectionPurpose, Promise<void>>();
  /** Attempts waiting for the pause to end. */
  readonly #pauses = new Map<TimerHandle, () => void>();
  #failures = 0;
  #notBeforeMs = 0;
  #authenticationError: AuthenticationError | undefined;
  #everReady = false;
  #readySinceMs = 0;
  #isDown = false;
  #destroyed: Error | undefined;

  constructor(nodeId: number, endpoint: BrokerEndpoint, context: BrokerNodeContext) {
    this.nodeId = nodeId;
    this.endpoint = endpoint;
    this.#context = context;
    const { random } = context;
    this.#reconnectBackoff = new ExponentialBackoff({ ...RECONNECT_BACKOFF_MS, random });
    this.#authenticationBackoff = new ExponentialBackoff({ ...AUTHENTICATION_BACKOFF_MS, random });
  }

  isReady(purpose: ConnectionPurpose): boolean {
    return this.#connections.get(purpose)?.isReady() === true;
  }

  /** At least one connection is up. Unlike `isReady()`, looking changes nothing: statistics may be read at any rate. */
  get isConnected(): boolean {
    return [...this.#connections.values()].some((connection) => connection.isUp);
  }

  /** As the connection was told. */
  transactionVersion(purpose: ConnectionPurpose): TransactionVersion {
    return this.#connections.get(purpose)?.transactionVersion ?? 1;
  }

  get outstanding(): number {
    let sum = 0;
    for (const connection of this.#connections.values()) sum += connection.outstanding;
    return sum;
  }

  /** How long the next attempt would wait; 0 for a node that is well. */
  get pauseMs(): number {
    return Math.max(0, this.#notBeforeMs - this.#context.clock.now());
  }

  send<R>(request: WireRequest<R>, purpose: ConnectionPurpose): Promise<R> {
    const connection = this.#connections.get(purpose);
    if (connection !== undefined) return connection.send(request);
    return Promise.reject(
      new ConnectionLostError({ broker: endpointText(this.endpoint), written: false, cause: this.#destroyed }),
    );
  }

  /** Makes the node ready for a purpose, after the pause the last failure asks for. Concurrent calls share one attempt. */
  connect(purpose: ConnectionPurpose): Promise<void> {
    if (this.isReady(purpose)) return Promise.resolve();
    // Not ready but open: it is authenticating again.
    const existing = this.#connections.get(purpose);
    if (existing?.isOpen === true && !this.#attempts.has(purpose)) return existing.whenReady();
    let attempt = this.#attempts.get(purpose);
    if (attempt === undefined) {
      attempt = this.#attempt(purpose).finally(() => this.#attempts.delete(purpose));
      this.#attempts.set(purpose, attempt);
    }
    return attempt;
  }

  /** Takes over the control connection of a bootstrap address that turned out to be this broker. */
  adopt(seed: BrokerNode): void {
    const connection = seed.#connections.get('control');
    if (connection === undefined || this.#connections.has('control') || !sameEndpoint(seed.endpoint, this.endpoint))
      return;
    seed.#connections.delete('control');
    this.#everReady = true;
    this.#readySinceMs = seed.#readySinceMs;
    this.#keep('control', connection);
  }

  /** Closes every connection and ends every wait; the node is not used again. */
  destroy(reason: Error): void {
    this.#destroyed = reason;
    for (const [timer, wake] of this.#pauses) {
      this.#context.clock.clearTimeout(timer);
      wake();
    }
    this.#pauses.clear();
    for (const connection of this.#connections.values()) connection.destroy(reason);
    this.#connections.clear();
  }

  async #attempt(purpose: ConnectionPurpose): Promise<void> {
    if (this.pauseMs > 0 && this.#authenticationError !== undefined) {
      await this.#pause(Math.min(REFUSAL_PAUSE_MS, this.pauseMs));
      throw this.#destroyed ?? this.#authenticationError;
    }
    while (this.pauseMs > 0 && this.#destroyed === undefined) await this.#pause(this.pauseMs);
    if (this.#destroyed !== undefined) throw this.#destroyed;
    const connection = this.#context.connections.open(this.endpoint);
    this.#keep(purpose, connection);
    try {
      await connection.whenReady();
    } catch (error) {
      if (this.#connections.get(purpose) === connection) this.#connections.delete(purpose);
      this.#failed(error as Error);
      throw error;
    }
    this.#succeeded();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#context.clock.setTimeout(() => {
        this.#pauses.delete(timer);
        resolve();
      }, Math.ceil(delayMs));
      this.#pauses.set(timer, resolve);
    });
  }

  #keep(purpose: ConnectionPurpose, connection: BrokerConnection): void {
    this.#connections.set(purpose, connection);
    void connection.closed.then(() => {
      // What closes while it is being made never was a connection that could be lost: `#attempt()` reports it.
      if (this.#connections.get(purpose) !== connection || this.#attempts.has(purpose)) return;
      this.#connections.delete(purpose);
      if (this.#destroyed === undefined) this.#lost(connection.closeReason);
    });
  }

  #succeeded(): void {
    const { log } = this.#context;
    log(this.#isDown ? 'log' : 'debug', `Connected to ${this.label}${this.#isDown ? ' again' : ''}`);
    this.#isDown = false;
    this.#everReady = true;
    this.#readySinceMs = this.#context.clock.now();
    this.#authenticationError = undefined;
  }

  #failed(error: Error): void {
    if (this.#destroyed !== undefined) return;
    this.#authenticationError = error instanceof AuthenticationError ? error : undefined;
    this.#postpone(this.#authenticationError === undefined ? this.#reconnectBackoff : this.#authenticationBackoff);
    const advertised =
      this.nodeId >= 0 && !this.#everReady
        ? ' The cluster advertises this address for the broker: check advertised.listeners.'
        : '';
    this.#context.log(
      this.#isDown ? 'debug' : 'warn',
      `${error.message.replace(/\.?$/, '.')}${advertised} It is tried again when it is needed.`,
    );
    this.#isDown = true;
    this.#context.onUnreachable(this);
  }

  #postpone(backoff: ExponentialBackoff): void {
    this.#failures++;
    this.#notBeforeMs = this.#context.clock.now() + backoff.delayMs(this.#failures);
  }

  /** Brokers close idle connections, too: only the log is told, and the next use connects again. */
  #lost(reason: Error | undefined): void {
    if (this.#context.clock.now() - this.#readySinceMs < STABLE_AFTER_MS) this.#postpone(this.#reconnectBackoff);
    else this.#failures = 0;
    this.#context.log(
      'debug',
      `The connection to ${this.label} was closed${reason === undefined ? '' : `: ${reason.message}`}`,
    );
    this.#context.onUnreachable(this);
  }

  /** For messages. */
  get label(): string {
    const id = this.nodeId >= 0 ? `broker ${this.nodeId} at ` : 'bootstrap broker ';
    return `${id}${endpointText(this.endpoint)}`;
  }
}
