import type { Codec, CompressionType, RecordBatchHeader } from 'kafka-wire';

/** What a topic asks of batches that are produced to it. */
export interface BatchLimits {
  readonly maxMessageBytes: number;
  /** How far in the past, in milliseconds, a producer's timestamp may lie. */
  readonly timestampBeforeMaxMs: number;
  /** The same for the future. */
  readonly timestampAfterMaxMs: number;
  /** True when the broker overwrites timestamps, and does not look at the producer's. */
  readonly logAppendTime: boolean;
  /** Compacted topics refuse records without a key. */
  readonly needsKeys: boolean;
  /** Undefined: as the producer compressed it. */
  readonly compressionType: CompressionType | undefined;
}

/** By compression; the ones this process can load. */
export type Codecs = Pick<ReadonlyMap<CompressionType, Codec>, 'get'>;

/** Where a batch is produced to, and when. */
export interface Acceptance {
  readonly limits: BatchLimits;
  /** `topic-partition`, for messages. */
  readonly place: string;
  readonly nowMs: number;
  readonly codecs: Codecs;
}

/** What a batch turned out to contain. */
export interface BatchContent {
  /** The records, decompressed. Undefined when they could not be looked at: their codec is not installed here. */
  readonly body: Buffer | undefined;
  readonly maxTimestamp: number;
}

/** A batch as it will be in the log. */
export interface AcceptedBatch {
  /** The log's own: nothing else refers to this memory. */
  readonly bytes: Buffer;
  readonly header: RecordBatchHeader;
  /** -1 when timestamps are the producers'. */
  readonly logAppendTimeMs: number;
}
