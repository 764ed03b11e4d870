import { AuthenticationError } from '../../errors/cluster-side.errors.js';
import type { Clock } from '../../support/clock.js';
import type { TransactionVersion, WireRequest } from '../cluster.js';
import type { PipelineLog } from '../cluster-settings.js';
import { BrokerConnectError, ConnectionLostError } from '../cluster.errors.js';
import { mechanismName, type SaslSettings } from '../kafkajs/sasl-providers.js';
import { negotiateApiVersions, type ApiVersionTable } from './api-versions.js';
import { connectProblem } from './connect-problem.js';
import { RequestChannel } from './request-channel.js';
import { exchangeSasl } from './sasl-exchange.js';
import { endpointText, type BrokerEndpoint, type OpenTransport, type Transport } from './transport.js';

export interface BrokerConnectionSettings {
  readonly clientId: string;
  readonly transport: OpenTransport;
  readonly sasl: SaslSettings | undefined;
  readonly connectionTimeoutMs: number;
  readonly authenticationTimeoutMs: number;
  readonly reauthenticationThresholdMs: number;
}

/** A broker closes connections idle for ten minutes; writing to one at that moment would lose a request whose fate is unknown. */
const MAX_IDLE_MS = 9 * 60_000;
/** A broker refuses to authenticate a connection again within a second. */
const MIN_SESSION_MS = 1_000;

/** One connection to a broker: opened once, negotiated, authenticated again when its session nears its end, closed once. */
export class BrokerConnection {
  readonly endpoint: BrokerEndpoint;
  readonly #settings: BrokerConnectionSettings;
  readonly #clock: Clock;
  readonly #log: PipelineLog;
  readonly #broker: string;
  readonly #transport: Transport;
  readonly #channel: RequestChannel;
  /** Settles when the connection is ready, or failed to become so; replaced while it authenticates again. */
  #ready: Promise<void>;
  #isReady = false;
  #wasReady = false;
  #versions: ApiVersionTable | undefined;
  #reauthenticateAtMs = Infinity;
  #lastUsedMs: number;

  constructor(endpoint: BrokerEndpoint, settings: BrokerConnectionSettings, clock: Clock, log: PipelineLog) {
    this.endpoint = endpoint;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#broker = endpointText(endpoint);
    this.#lastUsedMs = clock.now();
    this.#transport = settings.transport(endpoint);
    this.#channel = new RequestChannel(this.#transport.stream, {
      broker: this.#broker,
      clientId: settings.clientId,
      clock,
    });
    this.#ready = this.#open();
    // Whoever waits sees the failure; nobody has to.
    this.#ready.catch(() => undefined);
  }

  get outstanding(): number {
    return this.#channel.outstanding;
  }

  /** 1 until it is negotiated. */
  get transactionVersion(): TransactionVersion {
    return this.#versions?.transactionVersion ?? 1;
  }

  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  /** Was ready, and is still open. */
  get isUp(): boolean {
    return this.#wasReady && this.#channel.isOpen;
  }

  /** Why it closed, once it did. */
  get closeReason(): Error | undefined {
    return this.#channel.closeReason;
  }

  /** Resolves when the socket is closed; never rejects. */
  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  /**
   * True when a request can be written now.
   *
   * Looking is what ends an idle connection and what starts authenticating again, so that neither needs a timer.
   */
  isReady(): boolean {
    if (!this.#isReady || !this.#channel.isOpen) return false;
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastUsedMs > MAX_IDLE_MS && this.outstanding === 0) {
      this.destroy(new Error(`idle for ${Math.round((nowMs - this.#lastUsedMs) / 60_000)} minutes`));
      return false;
    }
    if (nowMs < this.#reauthenticateAtMs) return true;
    this.#isReady = false;
    this.#ready = this.#authenticate();
    this.#ready.catch(() => undefined);
    return false;
  }

  /** @throws BrokerConnectError | AuthenticationError when the connection did not become ready; it is closed then */
  whenReady(): Promise<void> {
    return this.#ready;
  }

  send<R>(request: WireRequest<R>): Promise<R> {
    if (!this.#isReady || this.#versions === undefined) {
      return Promise.reject(new ConnectionLostError({ broker: this.#broker, written: false, cause: this.closeReason }));
    }
    this.#lastUsedMs = this.#clock.now();
    let version: number;
    try {
      version = this.#versions.choose(request, this.#broker);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#channel.send(request, version);
  }

  /** Closes the socket at once; requests on it reject with `ConnectionLostError`. */
  destroy(reason?: Error): void {
    this.#isReady = false;
    this.#channel.destroy(reason);
  }

  async #open(): Promise<void> {
    const { connectionTimeoutMs, sasl } = this.#settings;
    let timedOut = false;
    const timer = this.#clock.setTimeout(() => {
      timedOut = true;
      this.destroy();
    }, connectionTimeoutMs);
    try {
      await Promise.race([this.#transport.connected, this.#channel.closed]);
      this.#versions = await negotiateApiVersions(this.#channel, this.#broker, connectionTimeoutMs);
    } catch (error) {
      this.destroy();
      throw this.#explain(error, timedOut);
    } finally {
      this.#clock.clearTimeout(timer);
    }
    if (sasl === undefined) this.#isReady = true;
    else await this.#authenticate();
    this.#wasReady = true;
  }

  async #authenticate(): Promise<void> {
    const { sasl, authenticationTimeoutMs: timeoutMs, reauthenticationThresholdMs } = this.#settings;
    if (sasl === undefined || this.#versions === undefined) return;
    let abandon!: (error: Error) => void;
    const overdue = new Promise<never>((_, reject) => (abandon = reject));
    const timer = this.#clock.setTimeout(
      () => abandon(new Error(`not finished within ${timeoutMs} ms (client.authenticationTimeout)`)),
      timeoutMs,
    );
    try {
      const context = { sasl, endpoint: this.endpoint, versions: this.#versions, timeoutMs, log: this.#log };
      const lifetimeMs = await Promise.race([exchangeSasl(this.#channel, context), overdue]);
      const usableMs = Math.max(lifetimeMs - reauthenticationThresholdMs, lifetimeMs / 2, MIN_SESSION_MS);
      this.#reauthenticateAtMs = lifetimeMs > 0 ? this.#clock.now() + usableMs : Infinity;
      this.#isReady = this.#channel.isOpen;
    } catch (cause) {
      const error = this.#authenticationProblem(sasl, cause);
      this.destroy(error);
      throw error;
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  /** A connection that breaks while it authenticates says nothing about the credentials. */
  #authenticationProblem(sasl: SaslSettings, cause: unknown): Error {
    if (!this.#channel.isOpen) {
      const reason = this.closeReason === undefined ? '' : ` (${this.closeReason.message})`;
      return new BrokerConnectError({
        broker: this.#broker,
        problem: `the connection was closed during SASL ${mechanismName(sasl)}${reason}`,
        cause: this.closeReason ?? cause,
      });
    }
    return new AuthenticationError({ mechanism: mechanismName(sasl), broker: this.#broker, cause });
  }

  #explain(error: unknown, timedOut: boolean): BrokerConnectError {
    const cause = this.#channel.closeReason ?? (error instanceof ConnectionLostError ? error.cause : error);
    const problem = connectProblem({
      ...this.endpoint,
      stage: this.#transport.stage(),
      secure: this.#transport.secure,
      timeoutMs: this.#settings.connectionTimeoutMs,
      timedOut,
      cause,
      firstBytes: this.#channel.hasAnswered ? undefined : this.#channel.firstBytes,
    });
    return new BrokerConnectError({ broker: this.#broker, problem, cause });
  }
}
