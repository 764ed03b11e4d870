import type { Duplex } from 'node:stream';
import { FrameReader } from 'kafka-wire';
import type { Peer } from './transport.js';

/** A whole response frame, nothing to send, or the end of the connection; with `last` both, one after the other. */
export type Reply = Buffer | 'nothing' | 'close' | { readonly last: Buffer };

export type Serve = (frame: Buffer, connection: Connection) => Reply | Promise<Reply>;

/**
 * One client's connection: requests in, responses out, strictly one after the other.
 *
 * While a request waits (for replicas, for records, for a group) nothing behind it is read, as a Kafka broker mutes the channel. This is what
 * keeps the order of pipelined requests.
 */
export class Connection {
  readonly #stream: Duplex;
  readonly #frames = new FrameReader();
  readonly #closing = new AbortController();
  #isBusy = false;
  #isPaused = false;
  /** A response that became ready while the broker was paused. */
  #held: Reply | undefined;

  constructor(
    peer: Peer,
    readonly serve: Serve,
    readonly onClose: (connection: Connection) => void,
  ) {
    this.host = peer.host;
    this.#stream = peer.stream;
    this.#stream.on('data', (chunk: Buffer) => {
      this.#frames.push(chunk);
      this.#pump();
    });
    // A reset by the peer is followed by 'close'.
    this.#stream.on('error', () => undefined);
    this.#stream.on('end', () => this.destroy());
    this.#stream.once('close', () => {
      this.#closing.abort();
      this.onClose(this);
    });
  }

  readonly host: string;

  /** Aborted once the connection is gone. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Neither reads nor answers until resumed: what a stopped process looks like from outside. */
  pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#finish(held);
    this.#pump();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #pump(): void {
    while (!this.#isBusy && !this.#isPaused && !this.#stream.destroyed) {
      const frame = this.#nextFrame();
      if (frame === undefined) break;
      this.#isBusy = true;
      const reply = this.serve(frame, this);
      if (reply instanceof Promise) {
        this.#stream.pause();
        void reply.then((late) => {
          this.#finish(late);
          this.#pump();
        });
      } else {
        this.#finish(reply);
      }
    }
    if (!this.#isBusy && !this.#isPaused) this.#stream.resume();
  }

  /** Undefined when there is none yet, or when the bytes are no frames: the connection is destroyed then. */
  #nextFrame(): Buffer | undefined {
    try {
      return this.#frames.next();
    } catch {
      this.destroy();
      return undefined;
    }
  }

  #finish(reply: Reply): void {
    if (this.#isPaused) {
      this.#held = reply;
      return;
    }
    this.#isBusy = false;
    if (reply === 'close') {
      this.destroy();
    } else if (typeof reply === 'object' && 'last' in reply) {
      this.#isBusy = true;
      this.#stream.end(reply.last, () => this.destroy());
    } else if (reply !== 'nothing' && !this.#stream.destroyed && !this.#stream.write(reply)) {
      // A client that does not read its answers gets no further requests served.
      this.#isBusy = true;
      this.#stream.pause();
      this.#stream.once('drain', () => {
        this.#isBusy = false;
        this.#pump();
      });
    }
  }
}
