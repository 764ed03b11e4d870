import { noticed, type Disturbance } from './disturbance.js';

/** What can happen to connections. */
export const NETWORK_DISTURBANCES: Readonly<Record<string, Disturbance>> = {
  'connection reset': ({ randomConnection, watch, random }) => {
    const connection = randomConnection();
    const hits = noticed(() => watch.lost);
    connection?.cut(random.pick([undefined, 'client']));
    return connection && { hits };
  },
  'connection half open': ({ randomConnection, watch }) => {
    const connection = randomConnection();
    const hits = noticed(() => watch.lost);
    connection?.cut('broker');
    return connection && { hits };
  },
  'connection into a black hole': ({ randomConnection, watch, random }) => {
    const connection = randomConnection();
    const direction = random.pick(['to-broker', 'to-client'] as const);
    connection?.hold(direction);
    return connection && { mend: () => connection.release(direction), hits: noticed(() => watch.lost) };
  },
  'producer cut off': ({ simulation, watch, random }) => {
    const partition = simulation.network.partition(
      random.pick([{}, { direction: 'to-broker' }, { direction: 'to-client' }] as const),
    );
    return { mend: () => partition.heal(), hits: noticed(() => watch.lost) };
  },
  'broker cut off': ({ simulation, randomBroker, watch }) => {
    const partition = simulation.network.partition({ port: randomBroker().port });
    return { mend: () => partition.heal(), hits: noticed(() => watch.lost) };
  },
  'broker out of reach': ({ kafka, randomBroker, watch, random }) => {
    const cut = kafka.network.cut({
      broker: randomBroker().id,
      client: 'producer',
      mode: random.pick(['refuse', 'black-hole']),
    });
    return { mend: () => cut.heal(), hits: noticed(() => watch.lost) };
  },
  'slow network': ({ simulation, plan, watch }) => {
    simulation.network.latencyMs = [50, 700];
    watch.slowestMs = 0;
    return {
      mend: () => void (simulation.network.latencyMs = plan.latencyMs),
      hits: () => (watch.slowestMs > 100 ? 1 : 0),
    };
  },
};
