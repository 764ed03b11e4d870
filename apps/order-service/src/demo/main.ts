import 'reflect-metadata';
import { ConfigError } from '../config.js';
import { DemoFailure } from './demo-failure.js';
import { parseFlags, USAGE } from './flags.js';
import { runDemo } from './run-demo.js';
import { Stopped } from './stopped.js';

// `npm run demo` runs this with --disable-warning=TimeoutNegativeWarning. The warning comes from the kafkajs consumers of the worker and of the demo: kafkajs
// 2.2 sets timers into the past, about which Node 24 writes a line to stderr. The producer sets none, so the order service needs no flag.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Stopped(signal)));

try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) console.log(USAGE);
  else await runDemo(flags, stop);
} catch (error) {
  if (error instanceof Stopped) {
    process.exitCode = error.exitCode;
  } else {
    const isForReaders = error instanceof ConfigError || error instanceof DemoFailure;
    console.error(isForReaders ? error.message : error);
    process.exitCode = 1;
  }
}
