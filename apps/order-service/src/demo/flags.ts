import { parseArgs } from 'node:util';
import { ConfigError, parseBrokers, parsePort } from '../config.js';

export const USAGE = `Usage: npm run demo [-- options]

Starts the order service and its worker, posts the orders of data/orders.csv over HTTP, kills the worker in the middle, starts another one
and counts the answers: one to each order. Takes about 15 seconds, most of them until Kafka gives the killed worker up.

Without options it brings its own Kafka: a cluster of three brokers inside this process.

  --brokers host:port,…  use a Kafka cluster of yours; the topics are created when they do not exist
  --serve                keep service and worker running afterwards, until Ctrl-C
  --port number          the port of the service; default: a free one
  --help                 this text`;

export interface DemoFlags {
  /** `undefined`: bring an embedded cluster. */
  readonly brokers: readonly string[] | undefined;
  readonly serve: boolean;
  readonly port: number;
  readonly help: boolean;
}

/** @throws ConfigError for anything that is not in `USAGE` */
export function parseFlags(args: readonly string[]): DemoFlags {
  const options = {
    brokers: { type: 'string' },
    serve: { type: 'boolean' },
    port: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new ConfigError(`"${token.value}" is not an option. See npm run demo -- --help.`);
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(options, token.name))
      throw new ConfigError(`${token.rawName} is not an option. See npm run demo -- --help.`);
    const takesValue = options[token.name as keyof typeof options].type === 'string';
    if (takesValue && (token.value === undefined || token.value.startsWith('--'))) {
      throw new ConfigError(`${token.rawName} needs a value. See npm run demo -- --help.`);
    }
    if (!takesValue && token.value !== undefined) throw new ConfigError(`${token.rawName} takes no value.`);
  }
  return {
    brokers: values.brokers === undefined ? undefined : parseBrokers(String(values.brokers), '--brokers'),
    serve: values.serve === true,
    port: values.port === undefined ? 0 : parsePort(String(values.port), '--port'),
    help: values.help === true,
  };
}
