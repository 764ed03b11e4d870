import type { Socket } from 'node:net';

import { EmbeddedKafka, type EmbeddedKafkaOptions, type LoggedRequest } from 'embedded-kafka';

import { FuzzClock } from './fuzz-clock.js';
import { FuzzTransport } from './fuzz-transport.js';
import { endOfTurn, MemoryConnection } from './memory-connection.js';
import { wrongWith } from './proper-answers.js';

const LONGER_THAN_ANY_SESSION_MS = 3 * 3_600_000;

/** A broker that is fed bytes, over TCP or through memory, and is watched while it deals with them. */
export class FuzzCluster {
  /** Those of the case that runs. */
  readonly #requests: LoggedRequest[];
  /** Those of the cases before it, since the last look: what is served in the background may still fail. */
  #earlier: LoggedRequest[] = [];

  private constructor(
    readonly kafka: EmbeddedKafka,
    readonly clock: FuzzClock,
    readonly transport: FuzzTransport,
    requests: LoggedRequest[],
  ) {
    this.#requests = requests;
  }

  static async start(options: EmbeddedKafkaOptions = {}): Promise<FuzzCluster> {
    const clock = new FuzzClock();
    const transport = new FuzzTransport();
    const requests: LoggedRequest[] = [];
    const kafka = await EmbeddedKafka.start({
      topics: [{ name: 'orders', partitions: 3 }, { name: 'payments' }],
      seed: 1,
      maxLoggedRequests: 1,
      onRequest: (request) => requests.push(request),
      clock,
      transport,
      ...options,
    });
    return new FuzzCluster(kafka, clock, transport, requests);
  }

  /**
   * Sends chunks over a connection of their own and looks at what becomes of it.
   *
   * @throws Error when the broker shows a defect, or does anything but answer properly, wait for more, or close
   */
  async survives(chunks: readonly Buffer[]): Promise<void> {
    this.#begin();
    const connection = new MemoryConnection();
    this.transport.connect(connection);
    await connection.send(chunks);
    await endOfTurn();
    const wrong = wrongWith({
      sent: Buffer.concat(chunks),
      answered: connection.answered,
      isClosed: connection.destroyed,
      requests: this.#requests,
    });
    connection.destroy();
    await endOfTurn();
    if (wrong !== undefined) throw new Error(wrong);
  }

  /** The same over a real socket. The client hangs up behind its last byte, so the connection ends one way or another. */
  async survivesOver(socket: Socket, chunks: readonly Buffer[]): Promise<void> {
    this.#begin();
    const answered: Buffer[] = [];
    socket.on('data', (chunk) => answered.push(chunk));
    // The broker may have closed before everything was sent.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (const chunk of chunks) socket.write(chunk);
    socket.end();
    await closed;
    const wrong = wrongWith({
      sent: Buffer.concat(chunks),
      answered: Buffer.concat(answered),
      isClosed: true,
      requests: this.#requests,
    });
    if (wrong !== undefined) throw new Error(wrong);
  }

  /** Ends every session, every wait and every transaction, so that nothing is kept for members who never come back. */
  async forgetClients(): Promise<void> {
    this.clock.pass(LONGER_THAN_ANY_SESSION_MS);
    await endOfTurn();
    const broken = this.#earlier.find(({ failure }) => failure !== undefined);
    this.#earlier = [];
    if (broken !== undefined)
      throw new Error(`${broken.api} showed a defect after its client had gone`, { cause: broken });
  }

  #begin(): void {
    this.#earlier.push(...this.#requests.splice(0));
  }

  stop(): Promise<void> {
    return this.kafka.stop();
  }
}
