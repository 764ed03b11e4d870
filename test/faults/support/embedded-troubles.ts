import { setTimeout as delay } from 'node:timers/promises';

import type { Broker, EmbeddedKafka, Random } from 'embedded-kafka';

export const TOPIC = 'orders';
export const PARTITIONS = 6;

interface Scene {
  readonly kafka: EmbeddedKafka;
  readonly random: Random;
  readonly broker: Broker;
}
type Mend = () => unknown;

/** What can happen to a cluster in this process. Each returns how it is mended. */
const TROUBLES = {
  disconnect: ({ broker }) => broker.disconnectClients(),
  refuse({ kafka, broker }) {
    const cut = kafka.network.cut({ broker: broker.id });
    return () => cut.heal();
  },
  blackHole({ kafka, broker }) {
    const cut = kafka.network.cut({ broker: broker.id, mode: 'black-hole' });
    return () => cut.heal();
  },
  part({ kafka, broker }) {
    const cut = kafka.network.cut({ between: [broker.id, (broker.id % kafka.brokers.length) + 1] });
    return () => cut.heal();
  },
  async stop({ broker }) {
    await broker.stop();
    return () => broker.start();
  },
  pause({ broker }) {
    broker.pause();
    return () => broker.resume();
  },
  /** Fewer in sync than `min.insync.replicas` asks for. */
  starve({ kafka, broker }) {
    const others = kafka.brokers.filter(({ id }) => id !== broker.id);
    for (const other of others) other.pause();
    return () => others.forEach((other) => other.resume());
  },
  moveLeaders({ kafka, random }) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      kafka.moveLeader(TOPIC, partition, random.pick(kafka.inSyncReplicas(TOPIC, partition)));
    }
  },
  loseAnswers: ({ kafka }) => void kafka.faults.onResponse('Produce', { times: 3, action: 'drop' }),
  cutAfterServing: ({ kafka }) => void kafka.faults.onResponse('Produce', { times: 3, action: 'cut' }),
} satisfies Record<string, (scene: Scene) => Mend | void | Promise<Mend | void>>;

export type EmbeddedTrouble = keyof typeof TROUBLES;
export const EMBEDDED_TROUBLES = Object.keys(TROUBLES) as EmbeddedTrouble[];

/** Makes trouble after trouble, with requests struck at random all the while; afterwards all is well. @returns what happened */
export async function troubleEmbedded(kafka: EmbeddedKafka, random: Random, forMs: number): Promise<EmbeddedTrouble[]> {
  const untilMs = performance.now() + forMs;
  const happened: EmbeddedTrouble[] = [];
  kafka.faults.random({
    seed: random.integer(0, 0xffff_ffff),
    rate: 0.05,
    maxDelayMs: 60,
    apis: ['Produce', 'Metadata', 'InitProducerId', 'ApiVersions'],
    clientId: 'test',
  });
  while (performance.now() < untilMs) {
    const name = random.pick(EMBEDDED_TROUBLES);
    happened.push(name);
    const make: (scene: Scene) => unknown = TROUBLES[name];
    const mend = (await make({ kafka, random, broker: random.pick(kafka.brokers) })) as Mend | undefined;
    await delay(random.integer(5, 150));
    await mend?.();
    await delay(random.integer(10, 60));
  }
  kafka.faults.clear();
  kafka.network.heal();
  return happened;
}
