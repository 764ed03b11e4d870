import type { CompressionType } from 'kafka-wire';

import type { Partitioner } from '../partitioning/partitioner.js';
import { Bytes, Count, Flag, Milliseconds, ObjectWith, OneOf, OptionalCount } from './option-rules.js';

/** How records are gathered, sent and acknowledged. Kafka's names in camel case, with units; Kafka's defaults unless noted. */
export class ProducerOptions {
  /**
   * How many replicas must have a record before it counts as acknowledged.
   *
   * `'all'` (or `-1`): every in-sync replica. `1`: the leader alone; a record can be lost with it. `0`: nobody is asked, metadata has no offset.
   * Anything but `'all'` switches idempotence off, and is refused together with an explicit `enableIdempotence: true`.
   *
   * Kafka: `acks`.
   * @defaultValue 'all'
   */
  @OneOf('all', -1, 1, 0)
  readonly acks: 'all' | -1 | 0 | 1 = 'all';

  /**
   * Whether the broker recognises repeated batches, so that retries neither duplicate nor reorder records.
   *
   * Needs `acks: 'all'`, `retries` above 0 and at most 5 requests in flight. Left out beside other values it is off, with a warning.
   *
   * Kafka: `enable.idempotence`.
   * @defaultValue true
   */
  @Flag()
  readonly enableIdempotence: boolean = true;

  /**
   * How long an open batch waits for more records before it is sent.
   *
   * Unit: milliseconds. `0` sends at the end of the event-loop turn, so records produced in one turn still share a batch. A full batch never waits.
   * The wait counts towards `deliveryTimeoutMs`.
   *
   * Kafka: `linger.ms`, there 5.
   * @defaultValue 0
   */
  @Milliseconds()
  readonly lingerMs: number = 0;

  /**
   * The size at which a batch of one partition is full, after compression as far as that can be foretold.
   *
   * Unit: bytes. At most `bufferMemoryBytes`; left out, it follows a smaller one. A record larger than this gets a batch of its own. `0`: every record
   * does.
   *
   * Kafka: `batch.size`, there 16384.
   * @defaultValue 131072
   */
  @Bytes()
  readonly batchSizeBytes: number = 131_072;

  /**
   * How batches are compressed.
   *
   * `gzip` is built in, `zstd` from Node 22.15 on; otherwise `zstd` needs `@toondepauw/node-zstd`, `lz4` needs `lz4-napi`, `snappy` needs `snappy`.
   * A missing package is an error at bootstrap.
   *
   * Kafka: `compression.type`.
   * @defaultValue 'none'
   */
  @OneOf('none', 'gzip', 'snappy', 'lz4', 'zstd')
  readonly compressionType: CompressionType = 'none';

  /**
   * How hard the codec tries: higher is smaller and slower.
   *
   * gzip: -1 to 9. zstd: -131072 to 22, without -1. Refused for other codecs, which have no levels here. Left out: the codec's own default.
   *
   * Kafka: `compression.gzip.level`, `compression.zstd.level`.
   * @defaultValue the codec's own
   */
  @OptionalCount(-131_072, 22)
  readonly compressionLevel: number | undefined = undefined;

  /**
   * How many produce requests may be unanswered on one connection.
   *
   * At most 5 with idempotence: brokers remember that many batches of a partition.
   *
   * Kafka: `max.in.flight.requests.per.connection`.
   * @defaultValue 5
   */
  @Count(1)
  readonly maxInFlightRequestsPerConnection: number = 5;

  /**
   * How often a batch is sent again after an error that may pass.
   *
   * Leave it alone and use `deliveryTimeoutMs` to bound the effort. `0` switches idempotence off.
   *
   * Kafka: `retries`.
   * @defaultValue 2147483647
   */
  @Count(0)
  readonly retries: number = 2_147_483_647;

  /**
   * From appending a record to its acknowledgement or failure, waiting, retries and all.
   *
   * Unit: milliseconds. At least `lingerMs + requestTimeoutMs`.
   *
   * Kafka: `delivery.timeout.ms`.
   * @defaultValue 120000
   */
  @Milliseconds(1)
  readonly deliveryTimeoutMs: number = 120_000;

  /**
   * How long a broker may take to answer one request.
   *
   * Unit: milliseconds. When it is over the connection is closed, since later answers on it could not be trusted to come.
   *
   * Kafka: `request.timeout.ms`.
   * @defaultValue 30000
   */
  @Milliseconds(1)
  readonly requestTimeoutMs: number = 30_000;

  /**
   * The pause before the first retry of a batch; doubles with each further one, ±20 %.
   *
   * Unit: milliseconds. At most `retryBackoffMaxMs`.
   *
   * Kafka: `retry.backoff.ms`.
   * @defaultValue 100
   */
  @Milliseconds()
  readonly retryBackoffMs: number = 100;

  /**
   * The longest pause between two attempts.
   *
   * Unit: milliseconds.
   *
   * Kafka: `retry.backoff.max.ms`.
   * @defaultValue 1000
   */
  @Milliseconds()
  readonly retryBackoffMaxMs: number = 1_000;

  /**
   * How many bytes of records may be accepted and not yet acknowledged.
   *
   * Unit: bytes. When it is used up, `send()` waits for room up to `maxBlockMs`, served in the order of the calls whatever their topics. A record that waits for
   * something else (metadata, a serializer) holds no bytes meanwhile and keeps nobody waiting but those behind it in its topic.
   *
   * Kafka: `buffer.memory`.
   * @defaultValue 33554432
   */
  @Bytes(1, Number.MAX_SAFE_INTEGER)
  readonly bufferMemoryBytes: number = 33_554_432;

  /**
   * How long a record may wait for room in the buffer and for its topic's metadata, then `BufferExhaustedError`; and for an async serializer, then
   * `SerializationError`.
   *
   * Unit: milliseconds. `0` never waits.
   *
   * Kafka: `max.block.ms`.
   * @defaultValue 60000
   */
  @Milliseconds()
  readonly maxBlockMs: number = 60_000;

  /**
   * The largest produce request, and so the largest record before compression.
   *
   * Unit: bytes. The topic's `max.message.bytes` has to allow it too.
   *
   * Kafka: `max.request.size`.
   * @defaultValue 1048576
   */
  @Bytes(1)
  readonly maxRequestSizeBytes: number = 1_048_576;

  /**
   * Chooses the partition of records without a key: `'sticky'` fills one batch after the other (KIP-794), `'round-robin'` alternates per record.
   *
   * Records with a key follow Java's murmur2 with either. A `Partitioner` of your own decides about every record that names no partition itself.
   *
   * Kafka: `partitioner.class`.
   * @defaultValue 'sticky'
   */
  @ObjectWith('partition', 'sticky', 'round-robin')
  readonly partitioner: 'sticky' | 'round-robin' | Partitioner = 'sticky';

  /**
   * After how long metadata of a topic is asked for again although nothing went wrong.
   *
   * Unit: milliseconds.
   *
   * Kafka: `metadata.max.age.ms`.
   * @defaultValue 300000
   */
  @Milliseconds(1)
  readonly metadataMaxAgeMs: number = 300_000;

  /**
   * Whether asking for a topic that does not exist may create it, where the brokers allow that.
   *
   * Off, a missing topic is `UnknownTopicError` for its records only.
   *
   * Kafka: `allow.auto.create.topics`, there a consumer's option.
   * @defaultValue false
   */
  @Flag()
  readonly allowAutoTopicCreation: boolean = false;
}
