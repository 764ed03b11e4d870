import type { EmbeddedKafka } from 'embedded-kafka';
import { expect } from 'vitest';

import { runJava } from '../apache-kafka/launcher.mjs';

/**
 * Runs one of Kafka's own tools on that cluster, to its end, which must be a good one.
 *
 * @param name   of the class, in `org.apache.kafka.tools` or, beginning with `kafka.`, in Kafka's core
 * @returns standard output
 */
export async function javaTool(
  kafka: EmbeddedKafka,
  name: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await tryJavaTool(kafka, name, args, input);
  expect(code, `${stderr}\n${stdout}`).toBe(0);
  return stdout;
}

/** The same when it may fail. */
export function tryJavaTool(kafka: EmbeddedKafka, name: string, args: readonly string[], input?: string) {
  const main = name.startsWith('kafka.') ? name : `org.apache.kafka.tools.${name}`;
  const all = ['--bootstrap-server', kafka.bootstrap.join(','), ...args];
  return runJava(main, all, input === undefined ? {} : { input });
}
