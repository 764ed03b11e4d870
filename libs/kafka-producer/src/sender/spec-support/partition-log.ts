/** A batch as a producer stamped it. */
export interface StampedBatch {
  /** Empty without idempotence. */
  readonly producerId: string;
  readonly epoch: number;
  readonly baseSequence: number;
  readonly values: readonly string[];
}

interface LoggedBatch extends StampedBatch {
  readonly baseOffset: number;
}

export interface AppendResult {
  readonly errorCode: number;
  /** Of the first record, also when the batch was there already; -1 when it is not in the log. */
  readonly baseOffset: number;
}

const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const INVALID_PRODUCER_EPOCH = 47;
/** Kafka: `NUM_BATCHES_TO_RETAIN`. */
const REMEMBERED_BATCHES = 5;

/**
 * The log of one partition with Kafka's rules for sequences.
 *
 * Source: `ProducerStateEntry.findDuplicateBatch()` and `ProducerAppendInfo.checkSequence()` of Kafka 4: a repeat is recognised by its exact first and
 * last sequence among the last five batches; a later epoch starts at 0; a producer of whom nothing is known may start anywhere.
 */
export class PartitionLog {
  #batches: LoggedBatch[] = [];
  #endOffset = 0;
  /** Below it everything is on all replicas. */
  #highWatermark = 0;

  get values(): string[] {
    return this.#batches.flatMap(({ values }) => values);
  }

  append(batch: StampedBatch): AppendResult {
    if (batch.epoch >= 0) {
      const known = this.#batches.filter(({ producerId }) => producerId === batch.producerId);
      const epoch = known.at(-1)?.epoch;
      const remembered = known.filter((other) => other.epoch === epoch).slice(-REMEMBERED_BATCHES);
      const repeated = remembered.find((other) => isSameRange(other, batch));
      if (repeated !== undefined) return { errorCode: 0, baseOffset: repeated.baseOffset };
      if (epoch !== undefined && batch.epoch < epoch) return { errorCode: INVALID_PRODUCER_EPOCH, baseOffset: -1 };
      if (epoch !== undefined && batch.baseSequence !== (batch.epoch > epoch ? 0 : endOf(remembered.at(-1)!))) {
        return { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 };
      }
    }
    const baseOffset = this.#endOffset;
    this.#batches.push({ ...batch, baseOffset });
    this.#endOffset += batch.values.length;
    return { errorCode: 0, baseOffset };
  }

  /** What was appended so far is on all replicas: an acknowledgement may be given. */
  commit(): void {
    this.#highWatermark = this.#endOffset;
  }

  /** A replica that has only what was committed becomes the leader. */
  truncate(): void {
    this.#batches = this.#batches.filter(({ baseOffset }) => baseOffset < this.#highWatermark);
    this.#endOffset = this.#highWatermark;
  }
}

function isSameRange(a: StampedBatch, b: StampedBatch): boolean {
  return a.epoch === b.epoch && a.baseSequence === b.baseSequence && a.values.length === b.values.length;
}

function endOf({ baseSequence, values }: StampedBatch): number {
  return (baseSequence + values.length) % 0x8000_0000;
}
