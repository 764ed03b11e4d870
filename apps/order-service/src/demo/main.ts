import 'reflect-metadata';
import { ConfigError } from '../config.js';
import { parseFlags, USAGE } from './flags.js';
import { runDemo } from './run-demo.js';

// `npm run demo` runs this with --disable-warning=TimeoutNegativeWarning. The warning comes from the kafkajs consumer that reads the topics
// back: kafkajs 2.2 sets timers into the past, about which Node 24 writes a line to stderr. The producer sets none, so services need no flag.
try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) console.log(USAGE);
  else await runDemo(flags);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
