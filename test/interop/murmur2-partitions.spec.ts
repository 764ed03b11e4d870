import { expect, it } from 'vitest';

import { describeWithKafka, java } from '../support/apache-kafka.js';
import { randomBytes, seededRandom, seedOf } from '../support/random.js';
import { useProducer } from '../support/use-producer.js';
import { javaHashes } from './murmur2-java.js';

const KEYS = 10_000;
const PARTITIONS = 12;
const LONGEST_KEY = 64;

describeWithKafka(
  'the partition of a keyed record',
  (kafka) => {
    it('is the one the Java client chooses, for 10,000 random keys', async () => {
      const topic = `murmur2-${Date.now()}`;
      await kafka().createTopic({ name: topic, partitions: PARTITIONS });
      const keys = randomKeys(seededRandom(seedOf('murmur2-partitions')));
      const metadata = await useProducer(kafka().bootstrap, {}, (producer) =>
        producer.sendAll(keys.map((key) => ({ topic, key, value: null }))),
      );
      const chosenByJava = await javaHashes(keys.map(asBuffer), [PARTITIONS]);
      expect(metadata.map((it) => it.partition)).toEqual(chosenByJava.map((it) => it.partitions[0]));
    });
  },
  [java],
);

/** Bytes, ASCII and other text in turn: strings take another way to their hash than bytes do. */
function randomKeys(random: () => number): (Uint8Array | string)[] {
  return Array.from({ length: KEYS }, (_, i) => {
    const bytes = randomBytes(random, Math.floor(random() * LONGEST_KEY));
    if (i % 3 === 0) return bytes;
    const text = Array.from(bytes, (byte) =>
      String.fromCodePoint(i % 3 === 1 ? 0x20 + (byte % 0x5f) : 0xa0 + 37 * byte),
    );
    return text.join('');
  });
}

function asBuffer(key: Uint8Array | string): Buffer {
  return typeof key === 'string' ? Buffer.from(key, 'utf8') : Buffer.from(key);
}
