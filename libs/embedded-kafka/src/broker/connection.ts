import type { Duplex } from 'node:stream';
import { FrameReader } from 'kafka-wire';
import type { Link } from '../faults/link.js';
import { Delivery } from './delivery.js';
import type { Peer } from './transport.js';

/** A whole response frame, one that takes its time, nothing to send, or the end of the connection; with `last` a frame, then the end. */
export type Reply = Buffer | Delivery | 'nothing' | 'close' | { readonly last: Buffer };

export type Serve = (frame: Buffer, connection: Connection) => Reply | Promise<Reply>;

/**
 * One client's connection: requests in, responses out, strictly one after the other.
 *
 * While a request waits (for replicas, for records, for a group) nothing behind it is read, as a Kafka broker mutes the channel. This is what
 * keeps the order of pipelined requests.
 */
export class Connection implements Link {
  readonly #stream: Duplex;
  readonly #frames = new FrameReader();
  readonly #closing = new AbortController();
  readonly #pausedBy = new Set<object>();
  /** What is to happen when the pause is over, in its order: late requests, and responses that became ready meanwhile. */
  #postponed: (() => void)[] = [];
  #isBusy = false;
  #outlives = false;
  #isClosed = false;

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
    this.#stream.on('end', () => this.#stream.destroy());
    this.#stream.once('close', () => {
      this.#isClosed = true;
      if (!this.#outlives) this.#end();
    });
  }

  readonly host: string;
  clientId: string | undefined;

  /** Aborted once the connection is gone, and nothing that was sent over it is still to come. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** False once one side has closed it. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Neither reads nor answers until resumed: what a stopped process looks like from outside. */
  pause(by: object = this): void {
    this.#pausedBy.add(by);
    this.#stream.pause();
  }

  /** Goes on when everyone who paused it has resumed it. */
  resume(by: object = this): void {
    if (!this.#pausedBy.delete(by) || this.#isPaused) return;
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const run of postponed) this.whenAwake(run);
    this.#pump();
  }

  whenAwake(run: () => void): void {
    if (this.#stream.destroyed && !this.#outlives) return;
    if (this.#isPaused) this.#postponed.push(run);
    else run();
  }

  outlive(): void {
    this.#outlives = true;
    // All of it may arrive late, so all of it is read: afterwards the client may be gone.
    if (!this.#isPaused && !this.#stream.destroyed) this.#stream.resume();
  }

  /** What the client has sent and is not served yet is lost. */
  destroy(): void {
    this.#outlives = false;
    this.#stream.destroy();
    if (this.#isClosed) this.#end();
  }

  get #isPaused(): boolean {
    return this.#pausedBy.size > 0;
  }

  #pump(): void {
    while (!this.#isBusy && !this.#isPaused && (!this.#stream.destroyed || this.#outlives)) {
      const frame = this.#nextFrame();
      if (frame === undefined) break;
      this.#isBusy = true;
      const reply = this.serve(frame, this);
      if (reply instanceof Promise) {
        if (!this.#outlives) this.#stream.pause();
        void reply.then((late) => {
          this.#finish(late);
          this.#pump();
        });
      } else {
        this.#finish(reply);
      }
    }
    if (this.#isPaused || (this.#isBusy && !this.#outlives)) return;
    if (!this.#stream.destroyed) this.#stream.resume();
    else if (!this.#isBusy) this.destroy();
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
      this.#postponed.push(() => this.#finish(reply));
      return;
    }
    this.#isBusy = false;
    if (reply === 'close') this.destroy();
    if (this.#stream.destroyed) return;
    this.#outlives = false;
    if (reply === 'nothing' || reply === 'close') return;
    if (reply instanceof Delivery) this.#deliver(reply);
    else if (!Buffer.isBuffer(reply)) this.#busyUntil(() => this.#stream.end(reply.last, () => this.destroy()));
    else if (!this.#stream.write(reply)) {
      // A client that does not read its answers gets no further requests served.
      this.#busyUntil((done) => this.#stream.once('drain', done));
    }
  }

  #deliver(delivery: Delivery): void {
    const write = (piece: Buffer) => this.whenAwake(() => this.#stream.write(piece));
    this.#busyUntil((done) => delivery.start({ write, signal: this.signal }, done));
  }

  #busyUntil(start: (done: () => void) => void): void {
    this.#isBusy = true;
    this.#stream.pause();
    start(() => {
      this.#isBusy = false;
      this.#pump();
    });
  }

  #end(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.onClose(this);
  }
}
