import { Fifo } from '../support/fifo.js';
import type { ProducerBatch } from './producer-batch.js';

/** A codec as batches are sealed with it. */
export interface CompressingCodec {
  readonly id: number;
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  /** For bodies so small that a round trip through a worker thread costs more than the work. */
  compressSync?(bytes: Uint8Array): Uint8Array;
}

/** A codec as the accumulator needs it. */
export interface BatchCodec extends CompressingCodec {
  /** For a batch that has to be divided. */
  decompress(bytes: Uint8Array, maxSizeBytes?: number): Promise<Buffer>;
}

/** libuv has four threads and resolves host names on them too. */
const MAX_CONCURRENT_JOBS = 2;
/** Up to here compressing takes tens of microseconds. */
const MAX_SYNC_BYTES = 4096;

/**
 * Compresses sealed batches, off the event loop, at most two at a time.
 *
 * Batches may finish in another order than they were sealed; only the head of a partition's queue is ever sent, so a faster successor waits. A
 * batch that was settled meanwhile (expired, aborted) is left alone.
 */
export class BatchCompressor {
  readonly #waiting = new Fifo<ProducerBatch>();
  #running = 0;
  readonly #codec: CompressingCodec;
  readonly #onDone: (batch: ProducerBatch, rawBytes: number) => void;

  /** @param onDone called once for every batch, with the size it had before. */
  constructor(codec: CompressingCodec, onDone: (batch: ProducerBatch, rawBytes: number) => void) {
    this.#codec = codec;
    this.#onDone = onDone;
  }

  compress(batch: ProducerBatch): void {
    this.#waiting.push(batch);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < MAX_CONCURRENT_JOBS) {
      const batch = this.#waiting.shift();
      if (batch === undefined) return;
      if (batch.state !== 'sealed') continue;
      batch.become('compressing');
      this.#running++;
      void this.#run(batch);
    }
  }

  async #run(batch: ProducerBatch): Promise<void> {
    const rawBytes = batch.sizeBytes;
    const records = await this.#compressed(batch.uncompressedRecords);
    if (batch.state === 'compressing') {
      batch.encode(records === undefined ? undefined : { codecId: this.#codec.id, records });
    }
    this.#running--;
    this.#onDone(batch, rawBytes);
    this.#startNext();
  }

  /** `undefined`: the codec failed on valid bytes, so it is broken or out of memory. The records are worth more than the saving. */
  async #compressed(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return this.#codec.compressSync !== undefined && bytes.length <= MAX_SYNC_BYTES
        ? this.#codec.compressSync(bytes)
        : await this.#codec.compress(bytes);
    } catch {
      return undefined;
    }
  }
}
