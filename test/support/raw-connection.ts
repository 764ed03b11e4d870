import { connect, type Socket } from 'node:net';

import {
  decodeResponse,
  encodeRequest,
  FrameReader,
  peekCorrelationId,
  type ApiDefinition,
  type RequestInput,
  type ResponseOf,
} from 'kafka-wire';

interface Waiting {
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: Error) => void;
}

/** One connection on which requests may be pipelined and their answers may stay away: what no client library lets a test do. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  #correlationId = 0;
  #closed: Error | undefined;
  /** Sizes of what arrived, chunk by chunk. */
  readonly chunks: number[] = [];
  /** Resolves when it is over, whoever ended it. */
  readonly closed: Promise<void>;

  private constructor(
    readonly address: string,
    readonly clientId: string,
  ) {
    const colon = address.lastIndexOf(':');
    this.#socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true });
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', (error) => (this.#closed ??= error));
    this.#socket.on('close', () => {
      const error = (this.#closed ??= new Error(`${address} closed the connection`));
      for (const { fail } of this.#waiting.values()) fail(error);
      this.#waiting.clear();
    });
  }

  static async open(address: string, clientId = 'test'): Promise<RawConnection> {
    const connection = new RawConnection(address, clientId);
    await new Promise<void>((resolve, reject) => {
      connection.#socket.once('connect', resolve);
      connection.#socket.once('error', reject);
    });
    return connection;
  }

  /** Rejects when the broker closes the connection instead of answering. */
  request<A extends ApiDefinition>(api: A, version: number, input: RequestInput<A>): Promise<ResponseOf<A>> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const correlationId = ++this.#correlationId;
    const answered = new Promise<ResponseOf<A>>((resolve, reject) => {
      const answer = (frame: Buffer) => {
        try {
          resolve(decodeResponse(api, version, frame).body);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.set(correlationId, { answer, fail: reject });
      this.#socket.write(encodeRequest(api, version, { correlationId, clientId: this.clientId }, input));
    });
    // Some tests send what is never answered.
    answered.catch(() => undefined);
    return answered;
  }

  /** Requests that have no answer yet. */
  get unanswered(): number {
    return this.#waiting.size;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.chunks.push(chunk.length);
    this.#frames.push(chunk);
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      const correlationId = peekCorrelationId(frame);
      this.#waiting.get(correlationId)?.answer(frame);
      this.#waiting.delete(correlationId);
    }
  }
}
