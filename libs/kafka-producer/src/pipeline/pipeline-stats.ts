/** `'closing'`: accepts nothing more and delivers what it has. */
export type PipelineState = 'open' | 'closing' | 'closed';

/** A snapshot of a pipeline. Counters only grow. */
export interface PipelineStats {
  readonly state: PipelineState;
  /** Records in batches that are not settled. */
  readonly bufferedRecords: number;
  /** Of `bufferMemoryBytes`. */
  readonly bufferedBytes: number;
  /** The most that can be buffered, in bytes. */
  readonly bufferMemoryBytes: number;
  /** Records that wait for metadata, memory or a serializer, those of a `sendAll()` that is still being serialised included. */
  readonly waitingRecords: number;
  /** Milliseconds since the call of the record that waits longest, or since the oldest unsettled batch was opened; 0 when there is neither. */
  readonly oldestUnsentAgeMs: number;
  readonly inFlightRequests: number;
  readonly inFlightBatches: number;
  /** Produce requests, retries included. */
  readonly requestsSent: number;
  readonly batchesSent: number;
  /** Bytes of the batches as they were sent, after compression. */
  readonly bytesSent: number;
  readonly acknowledgedRecords: number;
  /** Records that were accepted and failed: in a batch, or refused after they had to wait. Not those that were refused or taken back by the call itself. */
  readonly failedRecords: number;
  /** Batches that had to be sent again. */
  readonly retriedBatches: number;
}
