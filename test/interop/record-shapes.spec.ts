import { KafkaProducerService, type RecordMetadata } from 'nestjs-kafka-producer';
import type { CompressionType } from 'kafka-wire';
import { beforeAll, describe, expect, it } from 'vitest';

import { describeWithKafka, java } from '../support/apache-kafka.js';
import { batchesIn } from '../support/batches-in.js';
import { kcatInstalled } from '../support/kcat.js';
import { useProducer } from '../support/use-producer.js';
import { readWithConsoleConsumer } from './console-consumer-reader.js';
import { readWithKafkajs, registerKafkajsCodecs } from './kafkajs-reader.js';
import { readWithKcat } from './kcat-reader.js';
import type { ReadRecord, TopicReader } from './read-record.js';
import { PARTITIONS, recordShapes, type RecordShape } from './record-shapes.js';

const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const CLIENTS: Readonly<Record<string, TopicReader>> = {
  'librdkafka, its CRC check on,': readWithKcat,
  'the Java console consumer': readWithConsoleConsumer,
  'a kafkajs consumer': readWithKafkajs,
};

const shapes = Object.entries(recordShapes);

beforeAll(registerKafkajsCodecs);

describeWithKafka(
  'F29: records of all shapes',
  (kafka) => {
    describe.each(CODECS)('written by us with compression %s', (compressionType) => {
      const topic = `record-shapes-${compressionType}-${Date.now()}`;
      let written: readonly RecordMetadata[];

      beforeAll(async () => {
        await kafka().createTopic({ name: topic, partitions: PARTITIONS, configs: { 'retention.ms': '-1' } });
        written = await useProducer(kafka().bootstrap, { producer: { compressionType } }, (producer) =>
          sendAllShapes(producer, topic),
        );
      });

      it.each(Object.entries(CLIENTS))('are read back equal by %s', async (_client, read) => {
        const records = await read(kafka(), topic, shapes.length);
        expect(byShape(records, written)).toEqual(expected(written));
      });

      it('are in batches of that compression', async () => {
        const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
        const batches = (await Promise.all(partitions.map((it) => batchesIn(kafka().bootstrap, topic, it)))).flat();
        expect(new Set(batches.map((batch) => batch.compressionType))).toEqual(new Set([compressionType]));
        expect(batches.reduce((sum, batch) => sum + batch.recordCount, 0)).toBe(shapes.length);
      });
    });
  },
  [java, kcatInstalled],
);

/** All in one turn, so that they share batches. */
async function sendAllShapes(producer: KafkaProducerService, topic: string): Promise<RecordMetadata[]> {
  const before = Date.now();
  const written = await Promise.all(shapes.map(([, { record }]) => producer.send({ topic, ...record })));
  for (const [i, { timestamp }] of written.entries()) {
    if (recordOf(i).timestampMs !== undefined) continue;
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now());
  }
  return written;
}

/** What is in the log where the acknowledgement says the shape is; anything else by its place. */
function byShape(records: readonly ReadRecord[], written: readonly RecordMetadata[]): Record<string, ReadRecord> {
  const names = new Map(written.map((it, i) => [placeOf(it), shapes[i]?.[0] ?? ''] as const));
  return Object.fromEntries(records.map((record) => [names.get(placeOf(record)) ?? placeOf(record), record]));
}

function expected(written: readonly RecordMetadata[]): Record<string, ReadRecord> {
  return Object.fromEntries(
    shapes.map(([name, { record, key, value, headers = [], timestampMs }], i) => {
      const metadata = written[i];
      return [
        name,
        {
          partition: record.partition ?? metadata?.partition ?? -1,
          offset: metadata?.offset ?? '',
          timestampMs: timestampMs ?? metadata?.timestamp ?? -1,
          key,
          value,
          headers,
        },
      ];
    }),
  );
}

function recordOf(index: number): RecordShape {
  const shape = shapes[index]?.[1];
  if (shape === undefined) throw new Error(`there are ${shapes.length} shapes and not ${index + 1}`);
  return shape;
}

function placeOf({ partition, offset }: { partition: number; offset?: string }): string {
  return `${partition}:${offset}`;
}
