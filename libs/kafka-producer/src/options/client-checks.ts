import { mechanismName, saslProvider, type SaslSettings } from '../cluster/kafkajs/sasl-providers.js';
import { describeValue } from '../errors/describe-value.js';

/** A host name, an IPv4 address or an IPv6 address in brackets, then a port. */
const ADDRESS = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** What is wrong with `client.brokers`, if anything. */
export function brokersProblem(value: unknown): string | undefined {
  if (typeof value === 'function') return undefined;
  if (!Array.isArray(value))
    return `must be an array of 'host:port' or a function that returns one, got ${describeValue(value)}`;
  if (value.length === 0) return "is required: an array of at least one 'host:port'";
  const wrong = value.filter((address) => !isAddress(address)).map((address) => describeValue(address));
  return wrong.length === 0 ? undefined : `must be 'host:port' each, got ${wrong.join(', ')}`;
}

function isAddress(address: unknown): boolean {
  if (typeof address !== 'string') return false;
  const port = Number(ADDRESS.exec(address)?.[1]);
  return port >= 1 && port <= 65_535;
}

export function sslProblem(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'boolean') return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  return `must be true, false or the options of tls.connect(), got ${describeValue(value)}`;
}

/** What each built-in mechanism needs. Values are never repeated in messages: they are secrets. */
const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, 'string' | 'function'>>>> = {
  PLAIN: { username: 'string', password: 'string' },
  'SCRAM-SHA-256': { username: 'string', password: 'string' },
  'SCRAM-SHA-512': { username: 'string', password: 'string' },
  OAUTHBEARER: { oauthBearerProvider: 'function' },
  AWS: { authorizationIdentity: 'string', accessKeyId: 'string', secretAccessKey: 'string' },
};

export function saslProblem(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const given = value as Readonly<Record<string, unknown>> | null;
  if (typeof given !== 'object' || given === null || typeof given['mechanism'] !== 'string') {
    return "must be an object with a mechanism, such as { mechanism: 'scram-sha-512', username, password }";
  }
  const sasl = value as SaslSettings;
  try {
    saslProvider(sasl);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if ('authenticationProvider' in given) return undefined;
  const missing = Object.entries(CREDENTIALS[mechanismName(sasl)] ?? {})
    .filter(([name, type]) => typeof given[name] !== type || given[name] === '')
    .map(([name, type]) => `${name} (a ${type})`);
  return missing.length === 0 ? undefined : `with mechanism '${sasl.mechanism}' needs ${missing.join(' and ')}`;
}
