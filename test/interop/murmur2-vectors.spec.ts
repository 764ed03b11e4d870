import { expect, it } from 'vitest';

import { describeNeeding } from '../support/describe-needing.js';
import { java } from '../support/apache-kafka.js';
import { randomBytes, seededRandom } from '../support/random.js';
import { javaHashes } from './murmur2-java.js';

const VECTORS = '../../libs/kafka-producer/src/partitioning/spec-support/murmur2.vectors.json';
const PARTITION_COUNTS = [1, 2, 3, 7, 12, 50, 1000];
const NOTE =
  'hash and partitions by org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner.partitionForKey of kafka-clients 4.3.1; written by test/interop/murmur2-vectors.spec.ts (vitest -u)';

describeNeeding([java], 'the vectors of the murmur2 unit test', () => {
  it('are what the Java client computes', async () => {
    const keys = vectorKeys();
    const hashes = await javaHashes(keys, PARTITION_COUNTS);
    const rows = hashes.map(({ murmur2, partitions }, i) => row(keys[i] ?? Buffer.alloc(0), [murmur2, ...partitions]));
    await expect(file(rows)).toMatchFileSnapshot(VECTORS);
  });
});

/** Every length of a murmur2 tail many times over, with high bytes, as ASCII and as other UTF-8. */
function vectorKeys(): Buffer[] {
  const random = seededRandom(20_260_101);
  const lengths = Array.from({ length: 25 }, (_, length) => length);
  const binary = lengths.flatMap((length) => [randomBytes(random, length), randomBytes(random, length)]);
  const ascii = lengths.map((length) => randomBytes(random, length).map((byte) => 0x20 + (byte % 0x5f)));
  const others = ['é', 'clé', 'Übergröße', '訂單', '注文-7', 'ключ', '👍', 'a👍b'].map((it) => Buffer.from(it));
  return [...binary, ...ascii.map((it) => Buffer.from(it)), ...others];
}

function row(key: Buffer, numbers: readonly number[]): string {
  return `    ["${key.toString('hex')}", ${numbers.join(', ')}]`;
}

/** As prettier would write it. */
function file(rows: readonly string[]): string {
  const head = `  "madeBy": "${NOTE}",\n  "columns": ["key as hex", "murmur2", "partition of 1", "of 2", "of 3", "of 7", "of 12", "of 50", "of 1000"],`;
  return `{\n${head}\n  "partitionCounts": [${PARTITION_COUNTS.join(', ')}],\n  "vectors": [\n${rows.join(',\n')}\n  ]\n}\n`;
}
