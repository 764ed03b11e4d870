import type { Simulation } from 'embedded-kafka';

import type { OpenTransport } from '../../../libs/kafka-producer/src/cluster/connection/transport.js';

/** The producer's seam to the network, on the network of a simulation. */
export function simulatedTransport(simulation: Simulation, clientName: string): OpenTransport {
  return (endpoint) => {
    const stream = simulation.connect({ ...endpoint, clientName });
    let stage: 'tcp' | 'open' = 'tcp';
    const connected = new Promise<void>((resolve) =>
      stream.once('connect', () => {
        stage = 'open';
        resolve();
      }),
    );
    return { stream, connected, stage: () => stage, secure: false };
  };
}
