/** What the service needs to know about its surroundings. */
export interface OrderServiceConfig {
  readonly brokers: readonly string[];
  /** 0 takes any free port. */
  readonly port: number;
}

/** Something the person who starts the service can put right; its message says how. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads `KAFKA_BROKERS` and `PORT`; unset or empty means the default. */
export function configFromEnv(env: Readonly<Record<string, string | undefined>>): OrderServiceConfig {
  return {
    brokers: brokersFromEnv(env),
    port: parsePort(env['PORT'] || '3000', 'PORT'),
  };
}

export function brokersFromEnv(env: Readonly<Record<string, string | undefined>>): string[] {
  return parseBrokers(env['KAFKA_BROKERS'] || 'localhost:9092', 'KAFKA_BROKERS');
}

/** `host:port`, several separated by commas. `source` is what the reader of the message typed it into. */
export function parseBrokers(text: string, source: string): string[] {
  const brokers = text
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  const wrong = brokers.find((broker) => !/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(broker));
  if (brokers.length === 0 || wrong !== undefined) {
    throw new ConfigError(`${source} is "${wrong ?? text}". Give host:port, for example kafka-1:9092,kafka-2:9092.`);
  }
  return brokers;
}

export function parsePort(text: string, source: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new ConfigError(`${source} is "${text}". Give a number from 0 to 65535; 0 takes any free port.`);
  }
  return port;
}
