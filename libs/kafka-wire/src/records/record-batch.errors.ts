/** Bytes that are not the record batch they should be. The same bytes fail again. */
export class CorruptRecordBatchError extends Error {
  override readonly name = 'CorruptRecordBatchError';
  readonly reason: string;
  /** Where the batch begins in the buffer it was read from, in bytes. */
  readonly position: number;

  constructor({ reason, position, cause }: { reason: string; position: number; cause?: unknown }) {
    super(`Corrupt record batch at byte ${position}: ${reason}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.position = position;
  }
}
