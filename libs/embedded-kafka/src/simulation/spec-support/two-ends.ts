import type { Duplex } from 'node:stream';

import type { NetworkConnection } from '../network.js';
import { Simulation, type SimulationOptions } from '../simulation.js';

/** One end of a connection and what it was told. */
export class End {
  readonly heard: string[] = [];
  readonly chunks: Buffer[] = [];

  constructor(
    readonly socket: Duplex,
    { isReading = true }: { readonly isReading?: boolean } = {},
  ) {
    for (const event of ['connect', 'end', 'close']) socket.on(event, () => this.heard.push(event));
    socket.on('error', (error: NodeJS.ErrnoException) => this.heard.push(error.code ?? error.message));
    if (isReading) this.read();
  }

  read(): void {
    this.socket.on('data', (chunk: Buffer) => this.chunks.push(chunk));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

export interface TwoEnds {
  readonly simulation: Simulation;
  readonly connection: NetworkConnection;
  readonly client: End;
  readonly broker: End;
}

export const PORT = 9_000;
const ADDRESS = { host: 'broker', port: PORT };

/** A listener that takes connections and does nothing with them, and one client that has reached it. */
export async function twoEnds(options: Partial<SimulationOptions> & { brokerReads?: boolean } = {}): Promise<TwoEnds> {
  const { brokerReads = true, ...rest } = options;
  const simulation = new Simulation({ seed: 1, latencyMs: [1, 1], ...rest });
  let broker: End | undefined;
  await simulation.network.listen(ADDRESS, ({ stream }) => {
    broker = new End(stream, { isReading: brokerReads });
  });
  const client = new End(simulation.connect({ ...ADDRESS, clientName: 'c' }));
  await simulation.runFor(100);
  const [connection] = simulation.network.connections;
  if (broker === undefined || connection === undefined) throw new Error('they have not met');
  return { simulation, connection, client, broker };
}
