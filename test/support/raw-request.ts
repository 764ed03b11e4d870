import { connect } from 'node:net';

import {
  decodeResponse,
  encodeRequest,
  FrameReader,
  type ApiDefinition,
  type RequestInput,
  type ResponseOf,
} from 'kafka-wire';

/** One request over a connection of its own: what no client library lets a test ask. */
export async function rawRequest<A extends ApiDefinition>(
  address: string,
  api: A,
  version: number,
  input: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  try {
    socket.write(encodeRequest(api, version, { correlationId: 1, clientId: 'test' }, input));
    const frames = new FrameReader();
    for await (const chunk of socket) {
      frames.push(chunk as Buffer);
      const frame = frames.next();
      if (frame) return decodeResponse(api, version, frame).body;
    }
    throw new Error(`${address} closed the connection instead of answering ${api.name} v${version}`);
  } finally {
    socket.destroy();
  }
}
