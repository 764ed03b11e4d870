import { setTimeout as delay } from 'node:timers/promises';

import { EmbeddedKafka, type Random } from 'embedded-kafka';
import type { ApiName } from 'kafka-wire';

import { reached } from '../../support/reached.js';
import { ClusterAdmin } from './cluster-admin.js';
import type { HeardKafka } from './heard-kafka.js';
import { crash, NODES, shuffled } from './node-troubles.js';
import type { PipelineTopics } from './pipeline-watch.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { ProxiedKafka } from './proxied-kafka.js';

export interface PipelineScene {
  readonly kafka: HeardKafka;
  readonly groupId: string;
  readonly topics: PipelineTopics;
  readonly workers: readonly PipelineWorker[];
  /** One more, which does not run. */
  readonly spare: PipelineWorker;
  readonly sessionMs: number;
  readonly random: Random;
}

/** Something that happens to a pipeline. Resolves when it is over, with how much of it was felt: 0 is a trouble that has missed. */
export interface PipelineTrouble {
  readonly name: string;
  readonly make: (scene: PipelineScene) => Promise<number>;
}

const MET_WITHIN_MS = 60_000;
/** Of an api that each of a worker's units asks for. */
const ASKED_AT_MOST = 4;

/** What happens to the processes: kills, freezes and changes of the group. */
const WORKER_TROUBLES: readonly PipelineTrouble[] = [
  { name: 'killed in a handler', make: (scene) => killed(scene, inHandler) },
  ...(['Produce', 'TxnOffsetCommit', 'EndTxn'] as const).map((api) => ({
    name: `killed when it asks ${api}`,
    make: (scene: PipelineScene) => killed(scene, asking(api)),
  })),
  { name: 'frozen in a handler', make: (scene) => frozen(scene, inHandler) },
  {
    name: 'frozen between TxnOffsetCommit and EndTxn',
    make: (scene) => frozen(scene, asking('TxnOffsetCommit')),
  },
  {
    name: 'one leaves and comes back',
    make: async (scene) => {
      const worker = scene.random.pick(scene.workers);
      return rejoins(scene, worker, async () => {
        await worker.leave();
        await worker.start(scene.random.integer(1, 2 ** 30));
      });
    },
  },
  {
    name: 'one more comes and leaves',
    make: async (scene) => {
      const { spare } = scene;
      const come = await rejoins(scene, spare, () => spare.start(scene.random.integer(1, 2 ** 30)));
      const gone = await rejoins(scene, spare, () => spare.leave());
      return come + gone;
    },
  },
];

/** What happens to the nodes of Apache Kafka, felt by connections they end. */
const NODE_TROUBLES: readonly PipelineTrouble[] = [
  {
    name: 'leader killed',
    make: async ({ kafka, topics, random }) => {
      const { kafka: nodes } = apacheOf(kafka);
      const leaders = await new ClusterAdmin(kafka.bootstrap).partitions(random.pick([topics.source, topics.sink]));
      return hungUp(kafka, () => crash(nodes, random.pick(leaders).leader, random));
    },
  },
  {
    name: 'coordinator of the group killed',
    make: async ({ kafka, groupId, random }) => {
      const { kafka: nodes } = apacheOf(kafka);
      const coordinator = await new ClusterAdmin(kafka.bootstrap).coordinatorOfGroup(groupId);
      return hungUp(kafka, () => crash(nodes, coordinator, random));
    },
  },
  {
    name: 'node restarted',
    make: ({ kafka, random }) => hungUp(kafka, () => apacheOf(kafka).kafka.node(random.pick(NODES)).restart()),
  },
];

/** What happens to an embedded cluster, felt by the connections a broker had, or certain. */
const BROKER_TROUBLES: readonly PipelineTrouble[] = [
  {
    name: 'broker stopped and started',
    make: async ({ kafka, random }) => {
      const broker = random.pick(embeddedOf(kafka).brokers);
      const { connectionCount } = broker;
      await broker.stop();
      await delay(random.integer(50, 1_000));
      await broker.start();
      return connectionCount;
    },
  },
  {
    name: 'coordinators and leaders moved',
    make: async ({ kafka, groupId, topics, random }) => {
      const embedded = embeddedOf(kafka);
      const elsewhere = (now: number): number => random.pick(NODES.filter((id) => id !== now));
      for (let time = random.integer(1, 3); time > 0; time--) {
        embedded.moveCoordinator('group', groupId, elsewhere(embedded.coordinatorOf('group', groupId)));
        for (const topic of [topics.source, topics.sink])
          for (const partition of [0, 1, 2, 3])
            embedded.moveLeader(topic, partition, random.pick(embedded.inSyncReplicas(topic, partition)));
        await delay(random.integer(50, 500));
      }
      return 1;
    },
  },
];

/** Every trouble before any comes again, in an order of the seed's. @param rounds how often all of them come */
export function pipelineTroubles(kafka: HeardKafka, random: Random, rounds: number): PipelineTrouble[] {
  const ofBrokers = kafka.cluster instanceof EmbeddedKafka ? BROKER_TROUBLES : NODE_TROUBLES;
  const all = [...WORKER_TROUBLES, ...ofBrokers];
  return Array.from({ length: rounds }, () => shuffled(all, random)).flat();
}

/** Freezes a worker in the middle of something: whichever comes to it. A group that changes leaves members without anything for a while. */
type Freeze = (scene: PipelineScene) => Promise<PipelineWorker>;

async function killed(scene: PipelineScene, freeze: Freeze): Promise<number> {
  const worker = await freeze(scene);
  await worker.kill();
  const { open } = worker.notes;
  await worker.start(scene.random.integer(1, 2 ** 30));
  return open;
}

/** Until others have its place in the group, and handle what it was handling; felt when it learns of it. */
async function frozen(scene: PipelineScene, freeze: Freeze): Promise<number> {
  const { random, sessionMs } = scene;
  const worker = await freeze(scene);
  const { joins, open } = worker.notes;
  await rejoins(scene, worker, () => delay(sessionMs));
  await delay(random.integer(500, 1_500));
  worker.thaw();
  await reached(() => worker.notes.joins > joins, MET_WITHIN_MS, `${worker.clientId} joins again`);
  return open;
}

/** While others join the group and leave it, how often do the rest? */
async function rejoins(scene: PipelineScene, one: PipelineWorker, change: () => Promise<void>): Promise<number> {
  const others = scene.workers.filter((worker) => worker !== one);
  const joins = (): number => others.reduce((sum, { notes }) => sum + notes.joins, 0);
  const before = joins();
  await change();
  await reached(() => joins() > before, MET_WITHIN_MS, `the others notice that ${one.clientId} has come or gone`);
  return joins() - before;
}

/** While a unit of it is open. */
async function inHandler({ workers, random }: PipelineScene): Promise<PipelineWorker> {
  const untilMs = performance.now() + MET_WITHIN_MS;
  while (performance.now() < untilMs) {
    const worker = random.pick(workers);
    worker.freeze();
    if (worker.notes.open > 0) return worker;
    worker.thaw();
    await delay(random.integer(1, 30));
  }
  throw new Error('nobody has a unit open');
}

/** When its request reaches the broker, which carries it out. */
function asking(api: ApiName): Freeze {
  return ({ kafka, workers, random }) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`nobody asks ${api}`)), MET_WITHIN_MS);
      let left = random.integer(1, ASKED_AT_MOST);
      const listen = async (worker: PipelineWorker): Promise<void> => {
        while (left > 0) {
          await kafka.heard(worker.clientId, api, 1, () => {
            if (left <= 0 || --left > 0) return;
            worker.freeze();
            clearTimeout(late);
            resolve(worker);
          });
        }
      };
      for (const worker of workers) void listen(worker);
    });
}

async function hungUp(kafka: HeardKafka, make: () => Promise<void>): Promise<number> {
  const proxied = apacheOf(kafka);
  const before = proxied.hungUp;
  await make();
  return proxied.hungUp - before;
}

function apacheOf({ cluster }: HeardKafka): ProxiedKafka {
  if (cluster instanceof EmbeddedKafka) throw new TypeError('this is no Apache Kafka');
  return cluster;
}

function embeddedOf({ cluster }: HeardKafka): EmbeddedKafka {
  if (!(cluster instanceof EmbeddedKafka)) throw new TypeError('this is no embedded cluster');
  return cluster;
}
