import { fileURLToPath } from 'node:url';

import { runJava } from '../apache-kafka/launcher.mjs';

const PROGRAM = fileURLToPath(new URL('Murmur2Partitions.java', import.meta.url));

/** What the Java client makes of one key. */
export interface JavaHash {
  /** `Utils.murmur2`: 32 bits, signed. */
  readonly murmur2: number;
  /** `BuiltInPartitioner.partitionForKey` for each partition count, in the order asked for. */
  readonly partitions: readonly number[];
}

/** Asks the Java client itself, one JVM for all keys. */
export async function javaHashes(keys: readonly Buffer[], partitionCounts: readonly number[]): Promise<JavaHash[]> {
  const input = keys.map((key) => `${key.toString('hex')}\n`).join('');
  const { stdout, stderr, code } = await runJava(PROGRAM, partitionCounts.map(String), { input });
  if (code !== 0) throw new Error(`Murmur2Partitions.java ended with ${code}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, murmur2, ...partitions] = JSON.parse(line) as [string, number, ...number[]];
      return { murmur2, partitions };
    });
}
