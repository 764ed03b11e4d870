import { apis } from 'kafka-wire';

import { WireClient } from '../programs/wire-client.mjs';
import { noticed, type Disturbance, type Scene } from './disturbance.js';

const TOPIC_RESOURCE = 2;
const SET = 0;

/** What can happen to the brokers and between them. */
export const CLUSTER_DISTURBANCES: Readonly<Record<string, Disturbance>> = {
  'broker stopped': async ({ randomBroker, watch }) => {
    const broker = randomBroker();
    const hits = noticed(() => watch.troubles);
    await broker.stop();
    return { mend: () => broker.start(), hits };
  },
  'broker paused': ({ randomBroker, watch }) => {
    const broker = randomBroker();
    const hits = noticed(() => watch.troubles);
    broker.pause();
    return { mend: () => broker.resume(), hits };
  },
  'leader moved': ({ kafka, topic, randomPartition, randomBroker, watch }) => {
    const hits = noticed(() => watch.countOf('NOT_LEADER_OR_FOLLOWER'));
    return isDone(() => kafka.moveLeader(topic, randomPartition(), randomBroker().id)) ? { hits } : undefined;
  },
  'preferred leaders elected': ({ kafka, topic, plan, watch }) => {
    const hits = noticed(() => watch.countOf('NOT_LEADER_OR_FOLLOWER'));
    for (let partition = 0; partition < plan.partitions; partition++) {
      isDone(() => kafka.electLeader(topic, partition));
    }
    return { hits };
  },
  'old metadata': (scene) => {
    const { kafka, topic, randomPartition, randomBroker, watch } = scene;
    const frozen = kafka.brokers.filter(() => scene.random.chance(0.5));
    const hits = noticed(() => watch.countOf('NOT_LEADER_OR_FOLLOWER'));
    for (const broker of frozen) broker.freezeMetadata();
    isDone(() => kafka.moveLeader(topic, randomPartition(), randomBroker().id));
    return { mend: () => frozen.forEach((broker) => broker.thawMetadata()), hits };
  },
  'too few in sync': ({ kafka, topic, randomPartition, watch }) => {
    const partition = randomPartition();
    const hits = noticed(() => watch.countOf('NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'));
    const leader = kafka.leaderOf(topic, partition);
    if (!isDone(() => kafka.setInSync(topic, partition, [leader]))) return undefined;
    return { mend: () => letFollow(kafka, topic, partition), hits };
  },
  'follower behind': ({ kafka, topic, randomPartition, randomBroker, watch, random }) => {
    const partition = randomPartition();
    const lag = random.pick([200, 1_000, 'stopped'] as const);
    const node = randomBroker().id;
    watch.slowestMs = 0;
    if (!isDone(() => kafka.lagFollower(topic, partition, node, lag))) return undefined;
    return { mend: () => letFollow(kafka, topic, partition), hits: () => (watch.slowestMs > 150 ? 1 : 0) };
  },
  'brokers parted': ({ kafka, random, watch }) => {
    const first = random.integer(1, 3);
    const cut = kafka.network.cut({ between: [first, (first % 3) + 1] });
    watch.slowestMs = 0;
    return { mend: () => cut.heal(), hits: () => (watch.slowestMs > 150 ? 1 : 0) };
  },
  'max.message.bytes lowered': async (scene) => {
    const hits = noticed(() => scene.watch.countOf('MESSAGE_TOO_LARGE'));
    await setMaxMessageBytes(scene, scene.random.pick([120, 300, 1_000]));
    return { mend: () => setMaxMessageBytes(scene, 1_048_588), hits };
  },
};

/** Brokers forget nobody who is at work. */
const REST_MS = 61_000;

/** After a long rest, and only where a repeat of an earlier batch is impossible. */
export const EXPIRY: Disturbance = async ({ simulation, kafka, topic, plan, watch, isQuiet, holdCallers }) => {
  const goOn = holdCallers();
  await simulation.sleep(REST_MS);
  const hits = noticed(() => watch.acknowledged);
  const isForgotten = isQuiet() && isDone(() => forgetAll(kafka, topic, plan.partitions));
  goOn();
  return isForgotten ? { hits } : undefined;
};

function forgetAll(kafka: Scene['kafka'], topic: string, partitions: number): void {
  for (let partition = 0; partition < partitions; partition++) kafka.forgetProducers(topic, partition);
}

export const RECREATION: Disturbance = ({ simulation, kafka, topic, plan, random, watch }) => {
  const hits = noticed(() => watch.countOf('UNKNOWN_TOPIC_OR_PARTITION'));
  if (!isDone(() => kafka.deleteTopic(topic))) return undefined;
  const mend = (): void => kafka.createTopic({ name: topic, partitions: plan.partitions });
  return { mend: () => simulation.sleep(random.integer(0, 500)).then(mend), hits };
};

/** Not everything is possible at every moment. @returns whether it was done */
function isDone(change: () => unknown): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export function letAllFollow({ kafka, topic, plan }: Scene): void {
  for (let partition = 0; partition < plan.partitions; partition++) letFollow(kafka, topic, partition);
}

function letFollow(kafka: Scene['kafka'], topic: string, partition: number): void {
  for (const { id } of kafka.brokers) isDone(() => kafka.lagFollower(topic, partition, id, 0));
}

/** As an administrator does it, at a broker that he can reach. */
async function setMaxMessageBytes({ simulation, kafka, topic }: Scene, bytes: number): Promise<void> {
  const configs = [{ name: 'max.message.bytes', configOperation: SET, value: String(bytes) }];
  const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configs }];
  for (let attempt = 0; ; attempt++) {
    const address = kafka.bootstrap[attempt % kafka.bootstrap.length] ?? '';
    const client = new WireClient(simulation, 'administrator', address);
    try {
      await client.request(apis.IncrementalAlterConfigs, 1, { resources, validateOnly: false });
      return;
    } catch {
      await simulation.sleep(100);
    } finally {
      client.close();
    }
  }
}
