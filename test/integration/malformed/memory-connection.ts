import { Duplex } from 'node:stream';

/** The broker's side of a connection whose client is a test: nothing crosses a socket. */
export class MemoryConnection extends Duplex {
  readonly #written: Buffer[] = [];

  /** What the broker has said so far. */
  get answered(): Buffer {
    return Buffer.concat(this.#written);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written.push(chunk);
    done();
  }

  /** The client sends these chunks, one turn of the event loop after the other. */
  async send(chunks: readonly Buffer[]): Promise<void> {
    for (const chunk of chunks) {
      if (this.destroyed) return;
      if (chunk.length > 0) this.push(chunk);
      await endOfTurn();
    }
  }
}

export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
