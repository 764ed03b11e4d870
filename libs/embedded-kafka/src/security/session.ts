import { errorCode, type ApiName } from 'kafka-wire';
import { beginExchange, type SaslMechanism, type SaslSettings } from './sasl-settings.js';
import type { SaslExchange, SaslStep } from './sasl-exchange.js';

/** `refuse`: answered with ILLEGAL_SASL_STATE, then closed. `close`: the broker hangs up without a word. */
export type Admission = 'serve' | 'refuse' | 'close';

/** Where a connection stands. `bad-mechanism`: it began to authenticate again by another mechanism, and will be cut off. */
type State = 'connected' | 'versions-known' | 'in-exchange' | 'authenticated' | 'bad-mechanism' | 'failed';

const NEXT: Readonly<Record<State, readonly State[]>> = {
  connected: ['versions-known', 'in-exchange', 'failed'],
  'versions-known': ['in-exchange', 'bad-mechanism', 'failed'],
  'in-exchange': ['authenticated', 'failed'],
  authenticated: ['versions-known'],
  'bad-mechanism': ['failed'],
  failed: [],
};

/** Kafka lets nobody authenticate again more often than this. */
const MIN_REAUTHENTICATION_INTERVAL_MS = 1_000;
const ANONYMOUS = 'User:ANONYMOUS';
const OK = 0;

/** Who is at the other end of a connection, and how they prove it. By the class SaslServerAuthenticator of Kafka, KIP-43, KIP-152 and KIP-368. */
export class Session {
  #state: State;
  #principal: string;
  #mechanism = '';
  #exchange: SaslExchange | undefined;
  #takesRawTokens = false;
  #expiresAtMs: number | undefined;
  #reauthenticatedAtMs = -Infinity;
  /** Set from the second login on: it must not become another one. */
  #previous: { readonly principal: string; readonly mechanism: string } | undefined;

  constructor(
    /** Address of the client. */
    readonly host: string,
    /** By its certificate. */
    principal: string | undefined,
    readonly sasl: SaslSettings | undefined,
  ) {
    this.#principal = principal ?? ANONYMOUS;
    this.#state = sasl === undefined ? 'authenticated' : 'connected';
  }

  /** `User:name`; anonymous until it has proved to be somebody. */
  get principal(): string {
    return this.#principal;
  }

  get hasFailed(): boolean {
    return this.#state === 'failed';
  }

  /** After a handshake of version 0 frames are no requests, but tokens. */
  get takesRawTokens(): boolean {
    return this.#state === 'in-exchange' && this.#takesRawTokens;
  }

  /** Whether a version of ApiVersions that nobody knows is answered. */
  get mayAskForVersions(): boolean {
    return this.#state === 'connected' || this.#state === 'authenticated';
  }

  /** Decides over a request before it is served. */
  admit(api: ApiName): Admission {
    const wasAuthenticated = this.#state === 'authenticated';
    const admission = this.#admission(api);
    // The end of a session is not a failed login: that connection is cut at once.
    if (admission !== 'serve' && !wasAuthenticated) this.fail();
    return admission;
  }

  #admission(api: ApiName): Admission {
    switch (this.#state) {
      case 'connected':
        if (api === 'ApiVersions') this.#become('versions-known');
        return api === 'ApiVersions' || api === 'SaslHandshake' ? 'serve' : 'close';
      case 'versions-known':
        return api === 'SaslHandshake' ? 'serve' : 'close';
      case 'in-exchange':
        return api === 'SaslAuthenticate' ? 'serve' : 'refuse';
      case 'authenticated':
        if (api === 'SaslHandshake' && this.#mayReauthenticate()) {
          this.#previous = { principal: this.#principal, mechanism: this.#mechanism };
          this.#become('versions-known');
          return 'serve';
        }
        return this.#expiresAtMs === undefined || this.#nowMs() < this.#expiresAtMs ? 'serve' : 'close';
      default:
        return 'close';
    }
  }

  /** SaslHandshake. */
  handshake(mechanism: string, version: number): { errorCode: number; mechanisms: SaslMechanism[] } {
    if (this.sasl === undefined || this.#state === 'authenticated') {
      return { errorCode: errorCode('ILLEGAL_SASL_STATE'), mechanisms: [] };
    }
    const mechanisms = [...this.sasl.mechanisms];
    const exchange = beginExchange(mechanism, this.sasl);
    if (exchange === undefined) {
      this.fail();
      return { errorCode: errorCode('UNSUPPORTED_SASL_MECHANISM'), mechanisms };
    }
    if (this.#previous !== undefined && this.#previous.mechanism !== mechanism) {
      this.#become('bad-mechanism');
      return { errorCode: OK, mechanisms };
    }
    this.#mechanism = mechanism;
    this.#exchange = exchange;
    this.#takesRawTokens = version === 0;
    this.#become('in-exchange');
    return { errorCode: OK, mechanisms };
  }

  /** SaslAuthenticate. */
  authenticate(token: Buffer) {
    if (this.#exchange === undefined) {
      const message = 'SaslAuthenticate request received after successful authentication';
      return { errorCode: errorCode('ILLEGAL_SASL_STATE'), errorMessage: message };
    }
    const step = this.#step(token);
    if (step.kind === 'continue') return { errorCode: OK, errorMessage: '', authBytes: step.token };
    if (step.kind === 'done') {
      const sessionLifetimeMs = Math.max(0, (this.#expiresAtMs ?? this.#nowMs()) - this.#nowMs());
      return { errorCode: OK, errorMessage: '', authBytes: step.token, sessionLifetimeMs };
    }
    const errorMessage =
      step.message ??
      `Authentication failed during ${this.#previous === undefined ? 'authentication' : 're-authentication'} due to invalid credentials with SASL mechanism ${this.#mechanism}`;
    return { errorCode: errorCode('SASL_AUTHENTICATION_FAILED'), errorMessage };
  }

  /** The answer to a bare token; undefined when the login has failed. */
  authenticateRaw(token: Buffer): Buffer | undefined {
    const step = this.#step(token);
    return step.kind === 'failed' ? undefined : step.token;
  }

  /** The connection is about to be closed for want of a login. Kafka waits a little before. */
  fail(): void {
    this.#exchange = undefined;
    if (this.sasl !== undefined) this.#state = 'failed';
  }

  #step(token: Buffer): SaslStep {
    const step = this.#exchange?.next(token) ?? { kind: 'failed' };
    if (step.kind === 'continue') return step;
    if (step.kind === 'failed') {
      this.fail();
      return step;
    }
    const principal = `User:${step.username}`;
    if (this.#previous !== undefined && this.#previous.principal !== principal) {
      this.fail();
      const [was, is] = [this.#previous.principal, principal].map((one) => one.replace(':', '.'));
      return { kind: 'failed', message: `Cannot change principals during re-authentication from ${was}: ${is}` };
    }
    this.#principal = principal;
    this.#exchange = undefined;
    this.#expiresAtMs = this.#expiryOf(step.expiresAtMs);
    this.#become('authenticated');
    return step;
  }

  #expiryOf(credentialExpiresAtMs = Infinity): number | undefined {
    const { maxReauthMs = 0 } = this.sasl ?? {};
    const earliest = Math.min(credentialExpiresAtMs, maxReauthMs > 0 ? this.#nowMs() + maxReauthMs : Infinity);
    return earliest === Infinity ? undefined : earliest;
  }

  #mayReauthenticate(): boolean {
    const nowMs = this.#nowMs();
    const isTooEarly = nowMs - this.#reauthenticatedAtMs < MIN_REAUTHENTICATION_INTERVAL_MS;
    if (this.#expiresAtMs === undefined || isTooEarly) return false;
    this.#reauthenticatedAtMs = nowMs;
    return true;
  }

  #nowMs(): number {
    return this.sasl?.clock.wallTime() ?? 0;
  }

  #become(state: State): void {
    if (!NEXT[this.#state].includes(state)) throw new Error(`a session that is ${this.#state} cannot become ${state}`);
    this.#state = state;
  }
}
