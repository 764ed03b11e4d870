import { Duplex } from 'node:stream';

/**
 * Two ends of a connection in memory; what one writes the other reads, and when one is destroyed so is the other. Bytes are copied, as a socket copies them:
 * the writer uses its memory again.
 *
 * Not node's own `duplexPair()`: Node 20 stores the callback of a write after it pushed the chunk, so a reader that reads at once loses the
 * callback and the pair stops for good.
 */
export function memoryPipe(): [Duplex, Duplex] {
  const a = new PipeEnd();
  const b = new PipeEnd();
  a.other = b;
  b.other = a;
  return [a, b];
}

class PipeEnd extends Duplex {
  other: PipeEnd | undefined;

  override _read(): void {
    // Everything is pushed as it is written: no back-pressure.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.other?.push(Buffer.from(chunk));
    done();
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.other?.destroy();
    done(error);
  }
}
