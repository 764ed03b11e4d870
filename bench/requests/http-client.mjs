import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { responseIn } from './http-response.mjs';

const NOTHING = Buffer.alloc(0);

/**
 * One of the clients of W11: a connection that is kept, and a request as soon as the last one is answered.
 *
 * Not autocannon: that ends by cutting its connections, and what the server has done could then not be held against what it has answered. Nor `node:http`, whose
 * client needs as much of two cores as the server that is measured.
 */
export class HttpClient {
  answered = 0;
  /** Answers other than 200. */
  failed = 0;
  #socket;
  #received = NOTHING;
  /** @type {import('../latencies.mjs').Latencies | undefined} */
  #latencies;
  #sentAt = 0;
  #number;
  #isRunning = false;
  /** @type {Error | undefined} the connection is of no use any more */
  #failure;
  /** @type {{ resolve: () => void, reject: (error: Error) => void } | undefined} */
  #ended;

  /**
   * @param {import('node:net').Socket} socket
   * @param {number} number from which ids count
   */
  constructor(socket, number) {
    this.#socket = socket;
    this.#number = number;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  /**
   * @param {number} port
   * @param {number} number
   */
  static async open(port, number) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new HttpClient(socket, number);
  }

  /**
   * @param {import('../latencies.mjs').Latencies} latencies shared with others
   * @returns {Promise<void>} resolves after `stop()`, when the last request is answered
   */
  run(latencies) {
    this.#latencies = latencies;
    this.#isRunning = true;
    return new Promise((resolve, reject) => {
      this.#ended = { resolve, reject };
      if (this.#failure) reject(this.#failure);
      else this.#send();
    });
  }

  stop() {
    this.#isRunning = false;
  }

  #send() {
    this.#sentAt = performance.now();
    this.#socket.write(`GET /orders/order-${this.#number++} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let response;
    try {
      response = responseIn(this.#received);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (response === undefined) return;
    this.#received = this.#received.subarray(response.sizeBytes);
    this.#latencies?.record(performance.now() - this.#sentAt);
    if (response.status === 200) this.answered++;
    else this.failed++;
    if (this.#isRunning) this.#send();
    else this.#ended?.resolve();
  }

  /** @param {Error} error */
  #fail(error) {
    this.#failure ??= error;
    this.#ended?.reject(error);
  }
}
