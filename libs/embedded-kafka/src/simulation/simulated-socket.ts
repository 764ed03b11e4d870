import { Duplex } from 'node:stream';

/** What an end of a connection tells the connection. */
export interface SocketOwner {
  /** @param bytes a copy nobody else has @param onRoom called when more may be written */
  sent(bytes: Buffer, onRoom: () => void): void;
  wantsMore(): void;
  ended(): void;
  /** @param hasUnread it left without having read everything */
  destroyed(hasUnread: boolean): void;
}

/** Not node's own defaults, which differ from version to version. */
const BUFFER_BYTES = 16_384;

/**
 * One end of a simulated connection, with the manners of a `net.Socket`: `connect` on the client's side, then `data`, `end`, `error`, `close`; when the
 * other side has ended it ends, too.
 *
 * What is written is copied, as the kernel copies it: the writer may use its memory again at once.
 */
export class SimulatedSocket extends Duplex {
  readonly #owner: SocketOwner;

  constructor(owner: SocketOwner) {
    super({ allowHalfOpen: false, readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: BUFFER_BYTES });
    this.#owner = owner;
  }

  override _read(): void {
    this.#owner.wantsMore();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#owner.sent(Buffer.from(chunk), done);
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#owner.sent(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#owner.ended();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#owner.destroyed(this.readableLength > 0);
    done(error);
  }
}
