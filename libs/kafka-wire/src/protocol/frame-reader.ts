import { WireError } from '../primitives/wire-error.js';

const SIZE_BYTES = 4;
/** Chunks below this size are gathered while a frame is incomplete: one that comes byte by byte would take 200 bytes of memory for each. */
const SMALL_CHUNK_BYTES = 1024;
const GATHERED_CHUNK_BYTES = 16 * 1024;

export interface FrameReaderOptions {
  /**
   * Largest frame accepted, in bytes without the size. Bounds what a peer, or a stranger speaking TLS to a plain port, can make us hold.
   * @defaultValue 104_857_600, Kafka's `socket.request.max.bytes`
   */
  readonly maxFrameBytes?: number;
}

/**
 * Cuts a TCP stream into frames without their sizes.
 *
 * A frame that lies in one chunk is a view of it; one that is spread over several is copied once, when its last byte is there. Work and memory
 * grow with the bytes that have come, not with their number of chunks and not with the size a frame claims.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #chunks: Buffer[] = [];
  /** Bytes of the first chunk already handed out. */
  #consumed = 0;
  #available = 0;
  /** Bytes of ours that are free behind the last chunk. */
  #spare = 0;
  /** Size of the frame whose body is awaited; undefined while the size itself is. */
  #frameBytes: number | undefined;

  constructor({ maxFrameBytes = 104_857_600 }: FrameReaderOptions = {}) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#available += chunk.length;
    if (this.#chunks.length > 0 && chunk.length < SMALL_CHUNK_BYTES) {
      this.#gather(chunk);
    } else {
      this.#chunks.push(chunk);
      this.#spare = 0;
    }
  }

  /**
   * The next whole frame, undefined until it is there.
   *
   * @throws WireError for an impossible size. The stream is lost then: destroy the socket.
   */
  next(): Buffer | undefined {
    if (this.#frameBytes === undefined) {
      if (this.#available < SIZE_BYTES) return undefined;
      this.#frameBytes = this.#checked(this.#take(SIZE_BYTES).readInt32BE(0));
    }
    if (this.#available < this.#frameBytes) return undefined;
    const frame = this.#take(this.#frameBytes);
    this.#frameBytes = undefined;
    return frame;
  }

  #checked(size: number): number {
    if (size >= 0 && size <= this.#maxFrameBytes) return size;
    throw new WireError({ reason: `a frame of ${size} bytes; 0 to ${this.#maxFrameBytes} are accepted` });
  }

  /** Requires `length` available bytes. */
  #take(length: number): Buffer {
    this.#available -= length;
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length - this.#consumed >= length) return this.#view(first, length);
    return this.#copy(Buffer.allocUnsafe(length));
  }

  #view(first: Buffer, length: number): Buffer {
    const view = first.subarray(this.#consumed, this.#consumed + length);
    this.#consumed += length;
    if (this.#consumed === first.length) {
      this.#chunks.shift();
      this.#consumed = 0;
    }
    return view;
  }

  #copy(frame: Buffer): Buffer {
    let filled = 0;
    let emptied = 0;
    while (filled < frame.length) {
      const chunk = this.#chunks[emptied] as Buffer;
      const end = Math.min(chunk.length, this.#consumed + frame.length - filled);
      filled += chunk.copy(frame, filled, this.#consumed, end);
      this.#consumed = end;
      if (end < chunk.length) break;
      emptied++;
      this.#consumed = 0;
    }
    // All at once: one by one each would cost as much as there are.
    this.#chunks.splice(0, emptied);
    return frame;
  }

  /** Appends to the last chunk, where there is room, or begins one with room for more. What was handed out lies before it. */
  #gather(chunk: Buffer): void {
    const last = this.#chunks.at(-1) as Buffer;
    if (chunk.length <= this.#spare) {
      const grown = Buffer.from(last.buffer, last.byteOffset, last.length + chunk.length);
      grown.set(chunk, last.length);
      this.#chunks[this.#chunks.length - 1] = grown;
      this.#spare -= chunk.length;
    } else {
      const roomy = Buffer.allocUnsafeSlow(GATHERED_CHUNK_BYTES);
      roomy.set(chunk);
      this.#chunks.push(roomy.subarray(0, chunk.length));
      this.#spare = GATHERED_CHUNK_BYTES - chunk.length;
    }
  }
}
