import 'reflect-metadata';
import { ConfigError } from '../config.js';
import { parseFlags, USAGE } from './flags.js';
import { runDemo } from './run-demo.js';

try {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) console.log(USAGE);
  else await runDemo(flags);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
