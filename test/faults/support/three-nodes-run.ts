import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';
import type { KafkaProducerService, ProducerOptions } from 'nestjs-kafka-producer';

import type { ApacheKafka } from '../../apache-kafka/launcher.mjs';
import { DeliveryHistory } from '../../history/delivery-history.js';
import { useProducer } from '../../support/use-producer.js';
import { ClusterAdmin } from './cluster-admin.js';
import { leftBehind } from './left-behind.js';
import { TopicReader } from './topic-reader.js';
import type { NodeScene, Trouble } from './trouble.js';
import { verdictOn, type Verdict } from './verdict.js';
import { Workload } from './workload.js';

const PARTITIONS = 12;
const LOAD = { callers: 200, partitions: PARTITIONS, maxPauseMs: 400 };
const HEAL_WITHIN_MS = 60_000;
/** What must come through between one trouble and the next. */
const RECORDS_BETWEEN = 400;
/** How much later than allowed a record may be settled on a machine that is busy. */
const LEEWAY_MS = 1_000;

export interface ThreeNodesRunOptions {
  readonly topic: string;
  /** One after the other. */
  readonly troubles: readonly Trouble[];
  /** Addresses the producer is given. @defaultValue those of the nodes */
  readonly bootstrap?: readonly string[];
  readonly producer: Pick<ProducerOptions, 'deliveryTimeoutMs' | 'maxBlockMs' | 'requestTimeoutMs'>;
}

export interface ThreeNodesRun extends Verdict {
  /** What clients noticed, by the name of the trouble. */
  readonly felt: ReadonlyMap<string, number>;
  /** What the producer still held when everything was settled. */
  readonly leftBehind: readonly string[];
}

/** Callers send through one producer of ours while trouble after trouble comes over the nodes. */
export async function threeNodesRun(
  kafka: ApacheKafka,
  random: Random,
  { topic, troubles, producer, bootstrap = kafka.bootstrap }: ThreeNodesRunOptions,
): Promise<ThreeNodesRun> {
  const admin = new ClusterAdmin(kafka.bootstrap);
  await kafka.createTopic({ name: topic, partitions: PARTITIONS });
  await admin.untilInSync(topic);
  const history = new DeliveryHistory();
  const felt = new Map<string, number>();
  const topics = [topic];
  let left: string[] = [];
  const isOver = new AbortController();
  const watching = new TopicReader(kafka.bootstrap, 2_000).watch(topics, history, isOver.signal, 1_000);
  const client = { connectionTimeout: producer.requestTimeoutMs };
  try {
    await useProducer(bootstrap, { client, producer }, async (service) => {
      const workload = new Workload(history, (record) => service.send(record), random.fork(), topics, LOAD);
      const addTopic = async (): Promise<void> => {
        const name = `${topic}-${topics.length}`;
        await admin.createTopic(name, PARTITIONS);
        topics.push(name);
      };
      const scene = { kafka, admin, random: random.fork(), topic, addTopic };
      workload.start();
      try {
        await makeTroubles(troubles, scene, { workload, service, felt });
      } catch (error) {
        void workload.stop();
        throw error;
      }
      await workload.stop();
      await workload.untilAllAcknowledge(HEAL_WITHIN_MS);
      left = leftBehind(service.stats());
    });
  } finally {
    isOver.abort();
    await watching;
  }
  const reader = new TopicReader(kafka.bootstrap, HEAL_WITHIN_MS);
  await reader.readAll(topics);
  const verdict = verdictOn(history, reader.logs, producer.maxBlockMs + producer.deliveryTimeoutMs + LEEWAY_MS);
  console.log(
    `${topic}: ${verdict.records} records, ${(100 * verdict.okRatio).toFixed(2)} % acknowledged, ${verdict.seen} seen meanwhile, ` +
      `the slowest settled after ${Math.round(verdict.slowestMs)} ms; felt: ${[...felt].map((it) => it.join(' ')).join(', ')}`,
  );
  return { ...verdict, felt, leftBehind: left };
}

interface Run {
  readonly workload: Workload;
  readonly service: KafkaProducerService;
  readonly felt: Map<string, number>;
}

async function makeTroubles(troubles: readonly Trouble[], scene: NodeScene, run: Run): Promise<void> {
  const { workload, service, felt } = run;
  const anything = (): number => service.stats().retriedBatches + workload.failed;
  await progress(workload);
  for (const { name, make, noticed = anything } of troubles) {
    const before = noticed();
    const startedMs = performance.now();
    await make(scene);
    await progress(workload);
    felt.set(name, (felt.get(name) ?? 0) + noticed() - before);
    console.log(`${name}: ${Math.round(performance.now() - startedMs)} ms, felt ${noticed() - before} times`);
  }
}

/** Resolves when so many more records were acknowledged. */
async function progress(workload: Workload): Promise<void> {
  const enough = workload.acknowledged + RECORDS_BETWEEN;
  const untilMs = performance.now() + HEAL_WITHIN_MS;
  while (workload.acknowledged < enough) {
    if (performance.now() > untilMs)
      throw new Error(`nothing is acknowledged ${HEAL_WITHIN_MS} ms after all was healed`);
    await delay(50);
  }
}
