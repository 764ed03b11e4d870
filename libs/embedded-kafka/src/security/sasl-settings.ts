import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { OAuthBearerExchange } from './oauth-bearer-exchange.js';
import { PlainExchange } from './plain-exchange.js';
import type { SaslExchange } from './sasl-exchange.js';
import { SCRAM_ITERATIONS } from './scram-credential.js';
import { ScramExchange } from './scram-exchange.js';
import type { UserOptions, UserStore } from './users.js';

export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';

export interface SaslOptions {
  readonly users: readonly UserOptions[];
  /** What clients may log in with. OAUTHBEARER takes any unsigned token that has not expired. @defaultValue PLAIN and both SCRAM */
  readonly mechanisms?: readonly SaslMechanism[];
  /** How often a password is hashed for SCRAM, 4096 to 16384. @defaultValue 4096 */
  readonly scramIterations?: number;
  /** Milliseconds after which a client has to authenticate again, or is cut off (`connections.max.reauth.ms`). 0: never. @defaultValue 0 */
  readonly maxReauthMs?: number;
  /** Milliseconds a broker waits before it answers a failed login and hangs up (`connection.failed.authentication.delay.ms`). @defaultValue 100 */
  readonly failedAuthenticationDelayMs?: number;
}

/** What a connection has to log in with. */
export interface SaslSettings {
  readonly mechanisms: readonly SaslMechanism[];
  readonly maxReauthMs: number;
  readonly failedAuthenticationDelayMs: number;
  readonly users: UserStore;
  readonly clock: Clock;
  readonly random: Random;
}

const EXCHANGES: Readonly<Record<SaslMechanism, (settings: SaslSettings) => SaslExchange>> = {
  PLAIN: ({ users }) => new PlainExchange(users),
  'SCRAM-SHA-256': ({ users, random }) => new ScramExchange('SCRAM-SHA-256', users, random),
  'SCRAM-SHA-512': ({ users, random }) => new ScramExchange('SCRAM-SHA-512', users, random),
  OAUTHBEARER: ({ clock }) => new OAuthBearerExchange(clock),
};

const DEFAULT_MECHANISMS: readonly SaslMechanism[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];

export function saslSettings(
  options: SaslOptions,
  parts: Pick<SaslSettings, 'users' | 'clock' | 'random'>,
): SaslSettings {
  const { mechanisms = DEFAULT_MECHANISMS, maxReauthMs = 0, failedAuthenticationDelayMs = 100 } = options;
  return { mechanisms, maxReauthMs, failedAuthenticationDelayMs, ...parts };
}

/** Undefined for a mechanism that is not offered. */
export function beginExchange(mechanism: string, settings: SaslSettings): SaslExchange | undefined {
  const offered = settings.mechanisms.find((one) => one === mechanism);
  return offered === undefined ? undefined : EXCHANGES[offered](settings);
}

/** What is wrong with the option `sasl`. */
export function saslProblem(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || !Array.isArray((options as SaslOptions).users)) {
    return 'must be { users: [{ username, password }] }';
  }
  const { users, mechanisms = [], scramIterations, maxReauthMs, failedAuthenticationDelayMs } = options as SaslOptions;
  const nameless = users.findIndex(
    (user) => !user?.username || typeof user.password !== 'string' || user.password === '',
  );
  if (nameless >= 0) return `.users[${nameless}] must be { username, password }, neither of them empty`;
  const unknown = mechanisms.find((mechanism) => !Object.hasOwn(EXCHANGES, mechanism));
  if (unknown !== undefined)
    return `.mechanisms: there is no ${unknown}; there are ${Object.keys(EXCHANGES).join(', ')}`;
  const { min, max } = SCRAM_ITERATIONS;
  if (!isWithin(scramIterations, min, max)) return `.scramIterations must be an integer from ${min} to ${max}`;
  if (!isWithin(maxReauthMs, 0)) return '.maxReauthMs must be an integer of at least 0';
  return isWithin(failedAuthenticationDelayMs, 0)
    ? undefined
    : '.failedAuthenticationDelayMs must be an integer of at least 0';
}

function isWithin(value: number | undefined, min: number, max = Infinity): boolean {
  return value === undefined || (Number.isInteger(value) && value >= min && value <= max);
}
