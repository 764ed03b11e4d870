import { parseArgs } from 'node:util';
import type { EmbeddedKafkaOptions } from '../embedded-kafka.options.js';
import { FLAGS, type Flag } from './flags.js';
import { UsageError } from './usage-error.js';

/** What is said while it runs: nothing, where it listens, or also every request. */
export type Loudness = 'quiet' | 'normal' | 'verbose';

export interface StartCommand {
  readonly kind: 'start';
  readonly options: EmbeddedKafkaOptions;
  readonly loudness: Loudness;
  /** Where to write the certificate that clients have to trust. */
  readonly caFile?: string;
}

export type Command = { readonly kind: 'help' | 'version' } | StartCommand;

const USUAL_PORT = 9092;

const PLAIN_FLAGS = {
  'ca-file': { type: 'string', value: '<path>', help: 'with --tls: where to write the certificate that clients trust' },
  quiet: { type: 'boolean', help: 'print errors only' },
  verbose: { type: 'boolean', help: 'print every request' },
  help: { type: 'boolean', short: 'h', help: 'print this' },
  version: { type: 'boolean', help: 'print the version' },
} as const;

const rows = Object.entries<Flag>(FLAGS);

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): Command {
  const values = parse(args);
  if (values['help'] === true) return { kind: 'help' };
  if (values['version'] === true) return { kind: 'version' };
  const { quiet, verbose } = values;
  if (quiet === true && verbose === true) throw new UsageError('--quiet and --verbose exclude each other');
  const given = rows.flatMap(([name, { option, value, read }]) => {
    const found = values[name];
    if (found === undefined) return [];
    if (value === undefined || !Array.isArray(found)) return [[option, true] as const];
    const texts = found.map(String);
    return [[option, read === undefined ? texts.at(-1) : read(texts, name)] as const];
  });
  const options = { port: USUAL_PORT, ...Object.fromEntries(given) } as EmbeddedKafkaOptions;
  const loudness = quiet === true ? 'quiet' : verbose === true ? 'verbose' : 'normal';
  const caFile = values['ca-file'];
  if (typeof caFile !== 'string') return { kind: 'start', options, loudness };
  if (options.tls !== true) throw new UsageError('--ca-file means nothing without --tls');
  return { kind: 'start', options, loudness, caFile };
}

/** Values stand in arrays, so that a flag may be repeated. */
function parse(args: readonly string[]): Readonly<Record<string, unknown>> {
  const valued = rows.map(([name, { value }]) => [
    name,
    value === undefined ? { type: 'boolean' } : { type: 'string', multiple: true },
  ]);
  const options = { ...Object.fromEntries(valued), ...PLAIN_FLAGS } as Record<string, { type: 'string' | 'boolean' }>;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(firstSentence((error as Error).message), { cause: error });
  }
}

/** Node explains at length how a flag's name could be made an argument; there are none here. */
function firstSentence(message: string): string {
  return message.split(/\.\s|\n/, 1)[0] ?? message;
}

/** The name a user knows an option by. */
export function flagOf(option: string): string {
  const name = rows.find(([, flag]) => flag.option === option)?.[0];
  return name === undefined ? option : `--${name}`;
}

export function usage(): string {
  const plain = Object.entries<{ help: string; value?: string }>(PLAIN_FLAGS).map(
    ([name, { help, value }]) => [`--${name} ${value ?? ''}`.trimEnd(), help] as const,
  );
  const lines = [
    ...rows.map(([name, flag]) => [`--${name} ${flag.value ?? ''}`.trimEnd(), flag.help] as const),
    ...plain,
  ];
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    'Usage: embedded-kafka [flags]',
    '',
    'A Kafka cluster in memory, for tests and demos. It runs until SIGINT or SIGTERM; nothing is kept.',
    '',
    ...lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Example: embedded-kafka --port 9092 --topics orders:6,payments:3',
    '',
  ].join('\n');
}
