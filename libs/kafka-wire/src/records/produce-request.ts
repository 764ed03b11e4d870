/** One partition's batch in a produce request. */
export interface ProducePartition {
  readonly index: number;
  /** A whole, stamped record batch. */
  readonly records: Uint8Array;
}

export interface ProduceTopic {
  readonly name: string;
  readonly partitions: readonly ProducePartition[];
}

export interface ProduceRequest {
  readonly transactionalId: string | null;
  /** 0, 1 or -1 (all in-sync replicas). */
  readonly acks: number;
  /** How long the broker may wait for replicas, in milliseconds. */
  readonly timeoutMs: number;
  readonly topics: readonly ProduceTopic[];
}

const PRODUCE_API_KEY = 0;
const FIRST_FLEXIBLE_VERSION = 9;
/** From version 13 topics go by their ids. */
export const NEWEST_HAND_WRITTEN_PRODUCE_VERSION = 12;

/** Below this, copying the records costs less than a write in several pieces. */
const SMALL_BATCH_BYTES = 8192;

/**
 * A produce request as the pieces of one gathered write: size, header and body around the untouched record batches.
 *
 * Written by hand because record bytes must not be copied, unless they are few; a test holds it
 * against the message table for every version from 3 to 12.
 */
export function encodeProduceRequest(
  version: number,
  correlationId: number,
  clientId: string | null,
  request: ProduceRequest,
): Uint8Array[] {
  const frame = new GatheredFrame(version >= FIRST_FLEXIBLE_VERSION);
  frame.int32(0); // the frame's size, known at the end
  frame.int16(PRODUCE_API_KEY);
  frame.int16(version);
  frame.int32(correlationId);
  frame.headerString(clientId);
  frame.tags();
  frame.string(request.transactionalId);
  frame.int16(request.acks);
  frame.int32(request.timeoutMs);
  frame.count(request.topics.length);
  for (const topic of request.topics) {
    frame.string(topic.name);
    frame.count(topic.partitions.length);
    for (const partition of topic.partitions) {
      frame.int32(partition.index);
      frame.records(partition.records);
      frame.tags();
    }
    frame.tags();
  }
  frame.tags();
  return frame.finish();
}

/** Collects small fields in one growing buffer and remembers between which of them the record batches go. */
class GatheredFrame {
  #fields = Buffer.allocUnsafe(512);
  #position = 0;
  readonly #cuts: number[] = [];
  readonly #batches: Uint8Array[] = [];
  #batchBytes = 0;

  constructor(readonly isFlexible: boolean) {}

  int16(value: number): void {
    this.#reserve(2);
    this.#position = this.#fields.writeInt16BE(value, this.#position);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#position = this.#fields.writeInt32BE(value, this.#position);
  }

  /** The client id of a request header is never compact, not even in flexible versions. */
  headerString(value: string | null): void {
    const sizeBytes = value === null ? -1 : Buffer.byteLength(value);
    this.int16(sizeBytes);
    if (value !== null) this.#utf8(value, sizeBytes);
  }

  string(value: string | null): void {
    if (!this.isFlexible) return this.headerString(value);
    const sizeBytes = value === null ? -1 : Buffer.byteLength(value);
    this.#unsignedVarint(sizeBytes + 1);
    if (value !== null) this.#utf8(value, sizeBytes);
  }

  count(length: number): void {
    if (this.isFlexible) this.#unsignedVarint(length + 1);
    else this.int32(length);
  }

  records(batch: Uint8Array): void {
    this.count(batch.length);
    this.#cuts.push(this.#position);
    this.#batches.push(batch);
    this.#batchBytes += batch.length;
  }

  /** An empty set of tagged fields. */
  tags(): void {
    if (!this.isFlexible) return;
    this.#reserve(1);
    this.#fields[this.#position++] = 0;
  }

  finish(): Uint8Array[] {
    this.#fields.writeInt32BE(this.#position + this.#batchBytes - 4, 0);
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (let i = 0; i < this.#batches.length; i++) {
      const cut = this.#cuts[i]!;
      pieces.push(this.#fields.subarray(start, cut), this.#batches[i]!);
      start = cut;
    }
    if (start < this.#position) pieces.push(this.#fields.subarray(start, this.#position));
    return this.#batchBytes < SMALL_BATCH_BYTES ? [Buffer.concat(pieces)] : pieces;
  }

  #utf8(value: string, sizeBytes: number): void {
    this.#reserve(sizeBytes);
    this.#fields.write(value, this.#position, sizeBytes, 'utf8');
    this.#position += sizeBytes;
  }

  #unsignedVarint(value: number): void {
    this.#reserve(5);
    while (value > 0x7f) {
      this.#fields[this.#position++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.#fields[this.#position++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#fields.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#position + bytes, this.#fields.length * 2));
    grown.set(this.#fields.subarray(0, this.#position));
    this.#fields = grown;
  }
}
