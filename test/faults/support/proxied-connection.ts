import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { FrameReader } from 'kafka-wire';

import type { FrameAction, ProxyStrikes } from './proxy-strikes.js';
import { requestStart, type RequestStart } from './request-start.js';

/** One connection of a client, and the one it was given to the broker. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #broker: Socket;
  /** Requests without an answer; answers come in their order. */
  readonly #asked: RequestStart[] = [];

  /** @param onClosed told whether the broker has hung up on a client that had not */
  constructor(
    client: Socket,
    target: string | undefined,
    strikes: ProxyStrikes,
    onClosed: (byBroker: boolean) => void,
  ) {
    this.#client = client;
    const [host, port] = (target ?? '127.0.0.1:1').split(':');
    this.#broker = connect({ host, port: Number(port), noDelay: true });
    this.#forward(client, this.#broker, (frame) => {
      const start = requestStart(frame);
      this.#asked.push(start);
      return strikes.met('request', start);
    });
    this.#forward(this.#broker, client, (frame) => {
      const start = this.#asked.shift();
      if (start === undefined) return undefined;
      strikes.answered(start, frame);
      return strikes.met('response', start);
    });
    let byBroker = false;
    this.#broker.once('end', () => (byBroker = !client.readableEnded && !client.destroyed));
    this.#broker.once('close', () => {
      client.destroy();
      onClosed(byBroker);
    });
  }

  pause(): void {
    this.#client.pause();
    this.#broker.pause();
  }

  resume(): void {
    this.#client.resume();
    this.#broker.resume();
  }

  destroy(): void {
    this.#client.destroy();
    this.#broker.destroy();
  }

  #forward(from: Socket, to: Socket, decide: (frame: Buffer) => FrameAction | undefined): void {
    const frames = new FrameReader();
    let isHole = false;
    let before = Promise.resolve();
    const pass = async (frame: Buffer, action: FrameAction | undefined): Promise<void> => {
      if (action?.kind === 'black-hole') isHole = true;
      if (isHole || !to.writable) return;
      await this.#pass(framed(frame), action, from, to);
    };
    from.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        const [given, action] = [frame, decide(frame)];
        before = before.then(() => pass(given, action));
      }
    });
    // Told to the other side in its turn, after what came before it.
    from.on('end', () => void before.then(() => to.end()));
    from.on('error', () => to.destroy());
  }

  async #pass(bytes: Buffer, action: FrameAction | undefined, from: Socket, to: Socket): Promise<void> {
    switch (action?.kind) {
      case 'cut-before':
        return this.destroy();
      case 'cut-within':
        to.write(bytes.subarray(0, bytes.length >> 1), () => this.destroy());
        return;
      case 'cut-after':
        to.end(bytes);
        from.destroy();
        return;
      case 'deliver-late':
        from.destroy();
        await delay(action.delayMs);
        to.end(bytes);
        return;
      case 'fragment':
        for (let at = 0; at < bytes.length; at += action.pieceBytes) {
          to.write(bytes.subarray(at, at + action.pieceBytes));
          await nextTurn();
        }
        return;
      case 'delay':
        await delay(action.delayMs);
        to.write(bytes);
        return;
      default:
        to.write(bytes);
    }
  }
}

function framed(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}
