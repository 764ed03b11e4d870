import { decodeResponse, encodeRequest, FrameReader } from 'kafka-wire';

/** A connection and the requests on it: the least a client can be. */
export class WireClient {
  #correlationId = 0;
  #isLost = false;
  /** Requests without an answer, oldest first. */
  #waiting = [];
  #frames = new FrameReader();

  /**
   * @param simulation whose network and clock it uses
   * @param name its host
   * @param address `host:port`
   */
  constructor(simulation, name, address) {
    const [host, port] = address.split(':');
    this.simulation = simulation;
    this.name = name;
    this.socket = simulation.connect({ host, port: Number(port), clientName: name });
    this.socket.on('data', (chunk) => this.#receive(chunk));
    this.socket.on('error', (error) => this.#lose(error));
    this.socket.on('close', () => this.#lose(new Error('the connection was closed')));
  }

  get isLost() {
    return this.#isLost;
  }

  /** @returns a promise of the response's body; it rejects when the connection is lost, and when the time is over the connection is */
  request(api, version, input, timeoutMs = 2_000) {
    if (this.#isLost) return Promise.reject(new Error('the connection was lost before'));
    const { clock } = this.simulation;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(
        () => this.#lose(new Error(`no answer to ${api.name} in ${timeoutMs} ms`)),
        timeoutMs,
      );
      const settled = (settle) => (value) => {
        clock.clearTimeout(timer);
        settle(value);
      };
      const answered = settled(resolve);
      this.#waiting.push({
        answer: (frame) => answered(decodeResponse(api, version, frame).body),
        fail: settled(reject),
      });
      const header = { correlationId: ++this.#correlationId, clientId: this.name };
      this.socket.write(encodeRequest(api, version, header, input));
    });
  }

  close() {
    this.#lose(new Error('closed'));
  }

  #receive(chunk) {
    this.#frames.push(chunk);
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      this.#waiting.shift()?.answer(frame);
    }
  }

  #lose(error) {
    this.#isLost = true;
    this.socket.destroy();
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}
