import { createRequire } from 'node:module';

/** What kafkajs' own encoder is given for one batch. Values are what it encodes correctly: it makes text of a plain Uint8Array. */
export interface KafkajsBatch {
  readonly records: readonly KafkajsRecord[];
  readonly compression?: 'gzip';
  readonly producer?: { readonly id: number; readonly epoch: number; readonly baseSequence: number };
  readonly isTransactional?: boolean;
}

export interface KafkajsRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly timestamp: number;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
}

type HeaderValue = Buffer | string | null;

interface KafkajsEncoder {
  readonly buffer: Buffer;
}

const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (batch: Record<string, unknown>) => Promise<KafkajsEncoder>;
};
const Record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: Record<string, unknown>,
) => KafkajsEncoder;

const GZIP = 1;

/**
 * The batch as kafkajs 2.2 puts it on the wire, with the base time of the Java client: the first record's, where kafkajs' produce request
 * would take the least.
 */
export async function encodeWithKafkajs({
  records,
  compression,
  producer,
  isTransactional,
}: KafkajsBatch): Promise<Buffer> {
  const times = records.map(({ timestamp }) => timestamp);
  const [firstTimestamp = 0] = times;
  const batch = await RecordBatch({
    compression: compression === 'gzip' ? GZIP : 0,
    firstTimestamp,
    maxTimestamp: times.reduce((latest, time) => Math.max(latest, time), firstTimestamp),
    partitionLeaderEpoch: -1,
    lastOffsetDelta: records.length - 1,
    transactional: isTransactional ?? false,
    producerId: producer?.id ?? -1,
    producerEpoch: producer?.epoch ?? -1,
    firstSequence: producer?.baseSequence ?? -1,
    records: records.map(({ timestamp, ...record }, offsetDelta) =>
      Record({ ...record, offsetDelta, timestampDelta: timestamp - firstTimestamp }),
    ),
  });
  return batch.buffer;
}
