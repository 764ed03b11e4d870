#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { EmbeddedKafka } from '../embedded-kafka.js';
import { InvalidEmbeddedKafkaOptionsError } from '../embedded-kafka.options.js';
import { flagOf, parseCommandLine, usage, type Command, type StartCommand } from './command-line.js';
import { requestLine } from './request-line.js';
import { UsageError } from './usage-error.js';

const EXIT = { failed: 1, badUsage: 2 };

// Whoever read the output may have gone (`| head -1`): the cluster is of use without it.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  await run(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  const badUsage = usageProblem(error);
  process.stderr.write(`embedded-kafka: ${badUsage ?? failure(error)}\n`);
  process.exitCode = badUsage === undefined ? EXIT.failed : EXIT.badUsage;
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      say(usage().trimEnd());
      return;
    case 'version':
      say(version());
      return;
    case 'start':
      await serve(command);
  }
}

/** Resolves when the cluster is up; the process ends by itself once a signal has stopped it. */
async function serve({ options, loudness, caFile }: StartCommand): Promise<void> {
  const kafka = await EmbeddedKafka.start({
    ...options,
    // Nobody asks for them here.
    maxLoggedRequests: 1,
    ...(loudness === 'verbose' && { onRequest: (request) => say(requestLine(request)) }),
  });
  // A second signal ends the process the hard way.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void kafka.stop());
  try {
    if (caFile !== undefined) writeFileSync(caFile, kafka.ca ?? '');
  } catch (error) {
    await kafka.stop();
    throw error;
  }
  if (loudness !== 'quiet') say(`embedded-kafka is ready: ${kafka.bootstrap.join(',')}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What is wrong with the flags; undefined when something else is. */
function usageProblem(error: unknown): string | undefined {
  const hint = 'see --help';
  if (error instanceof InvalidEmbeddedKafkaOptionsError) {
    const problems = error.problems.map(({ path, message }) => `${flagOf(path)} ${message}`);
    return `${problems.join('; ')}; ${hint}`;
  }
  // A topic that cannot be created is a RangeError: too many replicas for the brokers, no partition.
  if (error instanceof UsageError || error instanceof RangeError) return `${error.message}; ${hint}`;
  return undefined;
}

function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${error.message}. Another port: --port <port>, any free one: --port 0`;
  return code === undefined ? (error.stack ?? error.message) : error.message;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
