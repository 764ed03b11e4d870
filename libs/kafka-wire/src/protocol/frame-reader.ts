import { WireError } from '../primitives/wire-error.js';

const SIZE_BYTES = 4;

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
 * A frame that lies in one chunk is a view of it; one that is spread over several is copied once, when its last byte is there.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #chunks: Buffer[] = [];
  /** Bytes of the first chunk already handed out. */
  #consumed = 0;
  #available = 0;
  /** Size of the frame whose body is awaited; undefined while the size itself is. */
  #frameBytes: number | undefined;

  constructor({ maxFrameBytes = 104_857_600 }: FrameReaderOptions = {}) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#available += chunk.length;
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
    const frame = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) {
      const chunk = this.#chunks[0] as Buffer;
      const part = this.#view(chunk, Math.min(chunk.length - this.#consumed, length - filled));
      frame.set(part, filled);
      filled += part.length;
    }
    return frame;
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
}
