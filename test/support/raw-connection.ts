import { connect, type Socket } from 'node:net';

import {
  decodeResponse,
  encodeRequest,
  FrameReader,
  type ApiDefinition,
  type RequestInput,
  type ResponseOf,
} from 'kafka-wire';

interface Waiting {
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: Error) => void;
}

/** One connection on which requests may be pipelined: what no client library lets a test do. Answers come in the order of the requests. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #waiting: Waiting[] = [];
  #correlationId = 0;
  #closed: Error | undefined;

  private constructor(
    readonly address: string,
    readonly clientId: string,
  ) {
    const colon = address.lastIndexOf(':');
    this.#socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
        this.#waiting.shift()?.answer(frame);
      }
    });
    this.#socket.on('error', (error) => (this.#closed ??= error));
    this.#socket.on('close', () => {
      const error = (this.#closed ??= new Error(`${address} closed the connection`));
      for (const { fail } of this.#waiting.splice(0)) fail(error);
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
    return new Promise((resolve, reject) => {
      const answer = (frame: Buffer) => {
        try {
          resolve(decodeResponse(api, version, frame).body);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ answer, fail: reject });
      this.#socket.write(encodeRequest(api, version, { correlationId, clientId: this.clientId }, input));
    });
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }
}
