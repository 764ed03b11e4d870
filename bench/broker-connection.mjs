import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { decodeResponse, encodeRequest, FrameReader } from 'kafka-wire';

/** One connection of our own to a broker, for what is asked beside a run: no client has to be trusted or understood for it. One question at a time. */
export class BrokerConnection {
  #socket;
  #frames = new FrameReader();
  /** @type {{ resolve: (frame: Buffer) => void, reject: (error: Error) => void } | undefined} who waits for an answer */
  #waiting;
  /** When the last question was written, as `performance.now()`. */
  askedAt = 0;

  /**
   * @param {import('node:net').Socket} socket
   * @param {string} address
   */
  constructor(socket, address) {
    this.#socket = socket;
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error(`${address} closed the connection.`)));
    socket.on('data', (chunk) => {
      this.#frames.push(chunk);
      const frame = this.#frames.next();
      if (frame !== undefined) this.#waiting?.resolve(frame);
    });
  }

  /** @param {string} address host:port */
  static async open(address) {
    const colon = address.lastIndexOf(':');
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true });
    await once(socket, 'connect');
    return new BrokerConnection(socket, address);
  }

  /**
   * @template {import('kafka-wire').ApiDefinition} A
   * @param {A} api
   * @param {number} version
   * @param {import('kafka-wire').RequestInput<A>} input
   * @returns {Promise<import('kafka-wire').ResponseOf<A>>}
   */
  async ask(api, version, input) {
    const answered = new Promise((resolve, reject) => void (this.#waiting = { resolve, reject }));
    this.askedAt = performance.now();
    this.#socket.write(encodeRequest(api, version, { correlationId: 1, clientId: 'bench' }, input));
    try {
      return decodeResponse(api, version, await answered).body;
    } finally {
      this.#waiting = undefined;
    }
  }

  close() {
    this.#socket.destroy();
  }
}
