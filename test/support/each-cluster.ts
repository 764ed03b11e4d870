import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { EmbeddedKafka } from 'embedded-kafka';
import { apis, errorName, type ResponseOf } from 'kafka-wire';
import { afterAll, beforeAll, describe } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from './apache-kafka.js';
import { newTopicName } from './each-kafka.js';
import { rawRequest } from './raw-request.js';

/** Short enough to wait for, in milliseconds; both clusters have the same. */
const REPLICA_LAG_TIME_MAX_MS = 3000;
const BROKER_SESSION_TIMEOUT_MS = 4000;
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

export const NODES = [1, 2, 3] as const;

interface NewClusterTopic {
  readonly configs?: Readonly<Record<string, string>>;
  /** Replicas of each partition, the preferred leader first. */
  readonly assignment?: readonly (readonly number[])[];
}

/** What differs between the clusters; everything else is asked over the wire. */
interface Nodes {
  readonly bootstrap: readonly string[];
  readonly stop: (id: number) => Promise<void>;
  readonly start: (id: number) => Promise<void>;
  readonly pause: (id: number) => void;
  readonly resume: (id: number) => void;
  readonly close: () => Promise<void>;
}

const byNumber = (one: number, other: number): number => one - other;

type PartitionState = ResponseOf<typeof apis.Metadata>['topics'][number]['partitions'][number];

/** Three nodes, of either kind. Verbs resolve when their effect can be seen. */
export class TestCluster {
  readonly #down = new Set<number>();

  constructor(readonly nodes: Nodes) {}

  address(nodeId: number): string {
    return this.nodes.bootstrap[nodeId - 1] ?? '';
  }

  /** Node ids that answer. */
  get up(): number[] {
    return NODES.filter((id) => !this.#down.has(id));
  }

  /** A topic of one partition on all three nodes, led by node 1, unless told otherwise. Resolves when all know it. */
  async createTopic({ configs = {}, assignment = [[1, 2, 3]] }: NewClusterTopic = {}): Promise<string> {
    const name = newTopicName();
    const topic = {
      name,
      numPartitions: -1,
      replicationFactor: -1,
      assignments: assignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries({ 'min.insync.replicas': '1', ...configs }).map(([key, value]) => ({ name: key, value })),
    };
    const { topics } = await rawRequest(this.anyAddress(), apis.CreateTopics, 5, {
      timeoutMs: 20_000,
      topics: [topic],
    });
    const code = topics[0]?.errorCode ?? -1;
    if (code !== 0) throw new Error(`topic ${name} was not created: ${errorName(code)}`);
    for (const [index, [leader]] of assignment.entries()) await this.untilLed(name, index, leader as number);
    return name;
  }

  anyAddress(): string {
    return this.address(this.up[0] as number);
  }

  async partition(topic: string, index = 0, askedNode = this.up[0] as number): Promise<PartitionState | undefined> {
    const input = { topics: [{ name: topic }], allowAutoTopicCreation: false };
    const { topics } = await rawRequest(this.address(askedNode), apis.Metadata, 9, input);
    return topics[0]?.partitions.find(({ partitionIndex }) => partitionIndex === index);
  }

  async leaderOf(topic: string, index = 0): Promise<number> {
    return (await this.partition(topic, index))?.leaderId ?? -1;
  }

  /** Every node that answers names this leader, and it serves. */
  async untilLed(topic: string, index: number, leader: number): Promise<void> {
    for (const node of this.up) {
      await until(async () => (await this.partition(topic, index, node))?.leaderId, leader);
    }
    if (leader < 0) return;
    const topics = [{ name: topic, partitions: [{ partitionIndex: index, timestamp: -1 }] }];
    const errorOf = async () =>
      (await rawRequest(this.address(leader), apis.ListOffsets, 5, { replicaId: -1, topics })).topics[0]?.partitions[0]
        ?.errorCode;
    await until(errorOf, 0);
  }

  async untilInSync(topic: string, nodeIds: readonly number[], index = 0): Promise<void> {
    const inSync = async () => (await this.partition(topic, index))?.isrNodes.toSorted(byNumber);
    await until(inSync, nodeIds.toSorted(byNumber));
  }

  /** Makes the node the preferred replica, then elects it. */
  async moveLeader(topic: string, nodeId: number, index = 0): Promise<void> {
    const replicas = (await this.partition(topic, index))?.replicaNodes ?? [];
    const reordered = [nodeId, ...replicas.filter((id) => id !== nodeId)];
    const reassigned = [{ name: topic, partitions: [{ partitionIndex: index, replicas: reordered }] }];
    await rawRequest(this.anyAddress(), apis.AlterPartitionReassignments, 0, { timeoutMs: 10_000, topics: reassigned });
    const elect = async () => {
      const topicPartitions = [{ topic, partitions: [index] }];
      await rawRequest(this.anyAddress(), apis.ElectLeaders, 2, {
        electionType: 0,
        topicPartitions,
        timeoutMs: 10_000,
      });
      return this.leaderOf(topic, index);
    };
    await until(elect, nodeId);
    await this.untilLed(topic, index, nodeId);
  }

  async stopNode(id: number): Promise<void> {
    this.#down.add(id);
    await this.nodes.stop(id);
  }

  async startNode(id: number): Promise<void> {
    await this.nodes.start(id);
    this.#down.delete(id);
  }

  pauseNode(id: number): void {
    this.#down.add(id);
    this.nodes.pause(id);
  }

  resumeNode(id: number): void {
    this.nodes.resume(id);
    this.#down.delete(id);
  }
}

async function apacheNodes(): Promise<Nodes> {
  const kafka: ApacheKafka = await startApacheKafka({
    nodes: 3,
    serverProperties: {
      'replica.lag.time.max.ms': String(REPLICA_LAG_TIME_MAX_MS),
      'broker.session.timeout.ms': String(BROKER_SESSION_TIMEOUT_MS),
    },
  });
  return {
    bootstrap: kafka.bootstrap,
    stop: (id) => kafka.node(id).stop(),
    start: (id) => kafka.node(id).start(),
    pause: (id) => kafka.node(id).pause(),
    resume: (id) => kafka.node(id).resume(),
    close: () => kafka.stop(),
  };
}

async function embeddedNodes(): Promise<Nodes> {
  const kafka = await EmbeddedKafka.start({
    brokers: 3,
    replicaLagTimeMaxMs: REPLICA_LAG_TIME_MAX_MS,
    brokerSessionTimeoutMs: BROKER_SESSION_TIMEOUT_MS,
  });
  return {
    bootstrap: kafka.bootstrap,
    stop: (id) => kafka.broker(id).stop(),
    start: (id) => kafka.broker(id).start(),
    pause: (id) => kafka.broker(id).pause(),
    resume: (id) => kafka.broker(id).resume(),
    close: () => kafka.stop(),
  };
}

/** The same suite against three nodes of Apache Kafka, started for it alone, and against an embedded cluster of three brokers. */
export function describeOnEachCluster(name: string, suite: (cluster: () => TestCluster) => void): void {
  const on = (start: () => Promise<Nodes>) => {
    let nodes: Nodes;
    let cluster: TestCluster;
    beforeAll(async () => {
      nodes = await start();
      cluster = new TestCluster(nodes);
    });
    afterAll(() => nodes?.close());
    suite(() => cluster);
  };
  describeWithOwnKafka(`${name}, on Apache Kafka`, () => {
    on(apacheNodes);
  });
  describe(`${name}, on the embedded cluster`, () => {
    on(embeddedNodes);
  });
}

/** @throws Error with the last answer when the wanted one does not come */
async function until<T>(probe: () => Promise<T>, wanted: T): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await probe();
    if (isDeepStrictEqual(answer, wanted)) return;
    if (performance.now() > deadline) {
      throw new Error(`waited for ${JSON.stringify(wanted)}, and there is still ${JSON.stringify(answer)}`);
    }
    await delay(POLL_MS);
  }
}
