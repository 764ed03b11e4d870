import { connect } from 'node:net';

import { FrameReader } from 'kafka-wire';

/** Sends bytes as they are over a connection of their own, and gives the first frame that comes back. */
export async function exchangeFrame(address: string, bytes: Buffer): Promise<Buffer> {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  const frames = new FrameReader();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      socket.on('data', (chunk: Buffer) => {
        frames.push(chunk);
        const frame = frames.next();
        if (frame !== undefined) resolve(frame);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => reject(new Error(`${address} closed the connection`)));
      socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}
