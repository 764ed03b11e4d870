import kafkajs, { Kafka, logLevel, type EachMessagePayload } from 'kafkajs';

import { foreignDecompress } from './foreign-codecs.mjs';
import { readBytes, type ReadRecord, type TopicReader } from './read-record.js';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** kafkajs brings gzip alone; the other codecs are plugged in, as its users do: none of ours. */
export function registerKafkajsCodecs(): void {
  for (const [type, id] of [
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ['zstd', CompressionTypes.ZSTD],
  ] as const) {
    CompressionCodecs[id] = () => ({
      compress: () => Promise.reject(new Error(`only reads ${type}`)),
      decompress: (bytes: Buffer) => Promise.resolve(foreignDecompress[type](bytes)),
    });
  }
}

/** A kafkajs group consumer; {@link registerKafkajsCodecs} must have run. */
export const readWithKafkajs: TopicReader = async ({ bootstrap }, topic, recordCount) => {
  const kafka = new Kafka({ clientId: 'interop', brokers: [...bootstrap], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `kafkajs-of-${topic}` });
  const records: ReadRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      const eachMessage = async (payload: EachMessagePayload) => {
        records.push(asRead(payload));
        if (records.length === recordCount) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
};

function asRead({ partition, message }: EachMessagePayload): ReadRecord {
  return {
    partition,
    offset: message.offset,
    timestampMs: Number(message.timestamp),
    key: readBytes(message.key),
    value: readBytes(message.value),
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      (Array.isArray(values) ? values : [values]).map((value) => [name, readBytes(value)] as const),
    ),
  };
}
