import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';

import type { ApacheKafka } from '../../apache-kafka/launcher.mjs';
import type { NodeScene, Trouble } from './trouble.js';

export const NODES = [1, 2, 3];
/** A node that is silent for longer loses its leaderships: `broker.session.timeout.ms` of the launcher. */
const SESSION_MS = 4_000;

/** More in-sync replicas are asked for than there are nodes up. */
/** @param felt resolves when a client was told */
export async function raiseMinInSync(
  { kafka, admin, random, topic }: NodeScene,
  felt: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const node = kafka.node(random.pick(NODES));
  await node.kill();
  await admin.configure(topic, 'min.insync.replicas', '3');
  await delay(random.integer(1_000, 2_000));
  await felt();
  await node.start();
  await admin.configure(topic, 'min.insync.replicas', '2');
}

export async function electLeaders({ admin, random, topic }: NodeScene): Promise<void> {
  for (let time = random.integer(2, 3); time > 0; time--) {
    await admin.rotateLeaders(topic);
    await delay(random.integer(100, 500));
  }
}

/** What happens to nodes of Apache Kafka; each is over, and healed, when it resolves. */
const TROUBLES = {
  async killLeader({ kafka, admin, random, topic }) {
    const leaders = (await admin.partitions(topic)).map(({ leader }) => leader).filter((leader) => leader > 0);
    await crash(kafka, random.pick(leaders.length > 0 ? leaders : NODES), random);
  },
  async killController({ kafka, random }) {
    await crash(kafka, await controllerOf(kafka), random);
  },
  /** A node in a long garbage collection: it keeps its connections, and wakes up as a leader that is none. */
  async pauseNode({ kafka, random }) {
    await pause(kafka, [random.pick(NODES)], random.integer(SESSION_MS, SESSION_MS + 2_000));
  },
  /** One node of three answers: nothing can be replicated, and there is no quorum to change the in-sync set. */
  async pauseTwo({ kafka, random }) {
    const awake = random.pick(NODES);
    await pause(
      kafka,
      NODES.filter((id) => id !== awake),
      random.integer(3_500, 5_500),
    );
  },
  raiseMinInSync: (scene) => raiseMinInSync(scene),
  electLeaders,
  async createDuringOutage({ kafka, random, addTopic }) {
    const node = kafka.node(random.pick(NODES));
    await node.kill();
    await addTopic();
    await delay(random.integer(500, 1_500));
    await node.start();
  },
} satisfies Record<string, (scene: NodeScene) => Promise<void>>;

const NODE_TROUBLES: readonly Trouble[] = Object.entries(TROUBLES).map(([name, make]) => ({ name, make }));

/** Every trouble before any comes again, in an order of the seed's. */
export function nodeTroubles(random: Random, rounds: number): Trouble[] {
  const chosen: Trouble[] = [];
  while (chosen.length < rounds) chosen.push(...shuffled(NODE_TROUBLES, random));
  return chosen.slice(0, rounds);
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.integer(0, left.length - 1), 1));
}

export async function crash(kafka: ApacheKafka, id: number, random: Random): Promise<void> {
  const node = kafka.node(id);
  await node.kill();
  await delay(random.integer(200, 2_000));
  await node.start();
}

export async function pause(kafka: ApacheKafka, ids: readonly number[], forMs: number): Promise<void> {
  for (const id of ids) kafka.node(id).pause();
  await delay(forMs);
  for (const id of ids) kafka.node(id).resume();
}

/** Metadata names any broker as the controller, so it is read where each node remembers whom it follows. */
export async function controllerOf(kafka: ApacheKafka): Promise<number> {
  const states = NODES.map(async (id) => {
    const file = join(kafka.node(id).folder, 'data', '__cluster_metadata-0', 'quorum-state');
    return JSON.parse(await readFile(file, 'utf8')) as { leaderId: number; leaderEpoch: number };
  });
  const [latest] = (await Promise.all(states)).toSorted((one, other) => other.leaderEpoch - one.leaderEpoch);
  return latest !== undefined && latest.leaderId > 0 ? latest.leaderId : 1;
}
