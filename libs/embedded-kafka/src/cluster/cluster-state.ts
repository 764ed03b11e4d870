import { refusal, type Refusal } from '../log/refusal.js';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { BrokerSessions } from './broker-sessions.js';
import type { ClusterSettings } from './cluster-settings.js';
import { LeaderElection } from './leader-election.js';
import { imageOf } from './metadata-image.js';
import { NO_LEADER, type Partition } from './partition.js';
import { Propagation } from './propagation.js';
import { assignReplicas } from './replica-assignment.js';
import { Replication } from './replication.js';
import { Topic } from './topic.js';
import { collides } from './topic-name.js';
import { planTopic, type TopicPlan, type TopicRequest } from './topic-plan.js';

const KAFKAS_REPLICA_LAG_TIME_MAX_MS = 30_000;
const KAFKAS_BROKER_SESSION_TIMEOUT_MS = 9_000;

/** A broker as the controller knows it. */
export interface Node {
  readonly id: number;
  /** Its own also while it is stopped; 0 before the first start. */
  port: number;
  /** Registered with the controller; false while it is stopped, and when a pause was longer than its session. */
  isUp: boolean;
  /** False while the broker is paused: it neither answers nor replicates. */
  isFetching: boolean;
}

/** What the controller of a real cluster decides: topics, leaders, in-sync sets, producer ids. */
export class ClusterState {
  readonly id: string;
  readonly #topics = new Map<string, Topic>();
  readonly #sessions: BrokerSessions;
  readonly replication: Replication;
  readonly elections: LeaderElection;
  readonly propagation: Propagation;
  #controllerId = 1;
  #lastProducerId = -1;

  constructor(
    readonly settings: ClusterSettings,
    readonly nodes: readonly Node[],
    readonly clock: Clock,
    readonly random: Random,
  ) {
    this.id = random.uuid();
    const { replicaLagTimeMaxMs, brokerSessionTimeoutMs } = settings;
    const node = (id: number) => this.node(id);
    this.#sessions = new BrokerSessions(clock, brokerSessionTimeoutMs ?? KAFKAS_BROKER_SESSION_TIMEOUT_MS);
    this.replication = new Replication(node, clock, replicaLagTimeMaxMs ?? KAFKAS_REPLICA_LAG_TIME_MAX_MS);
    this.elections = new LeaderElection((id) => this.node(id)?.isUp === true, this.replication);
    this.propagation = new Propagation(
      nodes.map(({ id }) => id),
      clock,
      random,
    );
  }

  get liveNodes(): Node[] {
    return this.nodes.filter((node) => node.isUp);
  }

  get topics(): Iterable<Topic> {
    return this.#topics.values();
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  topicById(id: string): Topic | undefined {
    for (const topic of this.#topics.values()) if (topic.id === id) return topic;
    return undefined;
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.#topics.get(topic)?.partitions[index];
  }

  node(id: number): Node | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  /** Any live broker passes controller requests on, as in KRaft; this one is named in metadata. */
  get controllerId(): number {
    const live = this.liveNodes;
    return (live.find(({ id }) => id === this.#controllerId) ?? live[0])?.id ?? -1;
  }

  /** @throws RangeError when the node is not up */
  moveController(nodeId: number): void {
    if (!this.node(nodeId)?.isUp) throw new RangeError(`broker ${nodeId} is not up: it cannot be the controller`);
    this.#controllerId = nodeId;
  }

  /** Eight bytes nobody has been given before. */
  nextProducerId(): Buffer {
    this.#lastProducerId++;
    const id = Buffer.alloc(8);
    id.writeUInt32BE(this.#lastProducerId, 4);
    return id;
  }

  /** Where the replicas of a topic would go, or why it cannot be created. */
  planTopic(request: TopicRequest): TopicPlan | Refusal {
    if (this.#topics.has(request.name)) {
      return refusal('TOPIC_ALREADY_EXISTS', `topic '${request.name}' already exists`);
    }
    const rival = [...this.#topics.keys()].find((other) => collides(request.name, other));
    if (rival !== undefined) return refusal('INVALID_TOPIC_EXCEPTION', `${request.name} collides with ${rival}`);
    return planTopic(request, this.#byReadiness(), this.settings);
  }

  /** @param propagationMs until then the brokers hear of it, one after the other */
  addTopic(name: string, plan: TopicPlan, propagationMs = this.settings.topicPropagationMs): Topic {
    const topic = new Topic(name, this.random.uuid(), plan.assignment, plan.configs);
    this.#topics.set(name, topic);
    this.propagation.arrive(topic.id, propagationMs);
    for (const partition of topic.partitions) this.#begin(partition);
    return topic;
  }

  /** @param propagationMs as for {@link addTopic}; until then some brokers name it still */
  deleteTopic(name: string, propagationMs = this.settings.topicPropagationMs): Topic | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined) return undefined;
    this.#topics.delete(name);
    this.propagation.depart(imageOf(topic), propagationMs);
    for (const partition of topic.partitions) partition.elect(NO_LEADER);
    return topic;
  }

  /** @param assignment replicas of each new partition, checked before; left out, the brokers that are there */
  addPartitions(topic: Topic, partitionCount: number, assignment?: readonly (readonly number[])[]): void {
    const { length } = topic.partitions;
    const added = partitionCount - length;
    topic.addPartitions(assignment ?? assignReplicas(this.#byReadiness(), added, topic.replicationFactor, length));
    for (const partition of topic.partitions.slice(length)) this.#begin(partition);
  }

  /** Takes a broker out of every in-sync set and moves its leaderships to replicas that may lead. */
  brokerDown(id: number): void {
    this.#sessions.end(id);
    const node = this.node(id);
    if (node === undefined || !node.isUp) return;
    node.isUp = false;
    for (const partition of this.#partitionsOn(id)) this.elections.brokerDown(partition, id);
  }

  /** A broker is back: it catches up as its lag allows, and leads what nobody else could lead. */
  brokerUp(id: number): void {
    const node = this.node(id);
    if (node === undefined || node.isUp) return;
    node.isUp = true;
    for (const partition of this.#partitionsOn(id)) this.elections.brokerUp(partition);
  }

  /** @throws RangeError when there is no such partition or the node is not one of its in-sync replicas */
  moveLeader(topic: string, index: number, nodeId: number): void {
    const partition = this.partitionOrThrow(topic, index);
    if (!partition.inSync.includes(nodeId) || !this.node(nodeId)?.isUp) {
      const able = partition.inSync.filter((id) => this.node(id)?.isUp).join(', ');
      throw new RangeError(
        `broker ${nodeId} cannot lead ${topic}-${index}: its in-sync replicas that are up are ${able}`,
      );
    }
    this.elections.lead(partition, nodeId);
  }

  /** A paused broker stays registered for its session only; then it is fenced until it runs again. */
  brokerPaused(id: number, isPaused: boolean): void {
    const node = this.node(id);
    if (node === undefined || node.isFetching === !isPaused) return;
    const now = this.#partitionsOn(id);
    if (isPaused) for (const partition of now) this.replication.stoodStill(partition, id);
    node.isFetching = !isPaused;
    if (isPaused) {
      if (node.isUp) this.#sessions.lapse(id, () => this.#fence(id));
      return;
    }
    if (this.#sessions.end(id) === 'fenced') this.brokerUp(id);
    for (const partition of this.#partitionsOn(id)) this.replicate(partition);
  }

  replicate(partition: Partition): void {
    this.replication.replicate(partition);
  }

  /** After something changed between brokers: each fetches what it can. */
  replicateAll(): void {
    for (const { partitions } of this.#topics.values()) for (const partition of partitions) this.replicate(partition);
  }

  /** @throws RangeError when there is none */
  partitionOrThrow(topic: string, index: number): Partition {
    const partition = this.partition(topic, index);
    if (partition === undefined) throw new RangeError(`there is no partition ${topic}-${index}`);
    return partition;
  }

  /** No timer stays. */
  close(): void {
    this.#sessions.close();
    this.replication.close();
  }

  #fence(id: number): void {
    this.brokerDown(id);
    this.#sessions.fence(id);
  }

  /** Replicas that are not up cannot be in sync, and only one that is up can lead. */
  #begin(partition: Partition): void {
    const up = partition.replicas.filter((nodeId) => this.node(nodeId)?.isUp);
    if (up.length < partition.replicas.length) partition.setInSync(up);
    if (!up.includes(partition.leader)) partition.elect(up[0] ?? NO_LEADER);
    this.replication.leaderChanged(partition);
  }

  /** Brokers that are up first: as long as there are enough in all, the others may get replicas too. */
  #byReadiness(): { readonly up: number[]; readonly down: number[] } {
    const up = this.liveNodes.map(({ id }) => id);
    return { up, down: this.nodes.filter(({ isUp }) => !isUp).map(({ id }) => id) };
  }

  *#partitionsOn(nodeId: number): Iterable<Partition> {
    for (const topic of this.#topics.values()) {
      for (const partition of topic.partitions) if (partition.replicas.includes(nodeId)) yield partition;
    }
  }
}
