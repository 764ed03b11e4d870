import { refusal, type Refusal } from '../log/refusal.js';
import type { Clock, TimerHandle } from '../time/clock.js';
import type { Random } from '../time/random.js';
import { NO_LEADER, type Partition } from './partition.js';
import { assignReplicas } from './replica-assignment.js';
import { Topic } from './topic.js';
import { planTopic, type TopicPlan, type TopicRequest } from './topic-plan.js';

export interface ClusterSettings {
  readonly host: string;
  readonly autoCreateTopics: boolean;
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
  readonly topicPropagationMs: number;
}

/** A broker as the controller knows it. */
export interface Node {
  readonly id: number;
  /** Its own for good, also while it is stopped; 0 before the first start. */
  port: number;
  isUp: boolean;
  /** False while the broker is paused: it neither answers nor replicates. */
  isFetching: boolean;
}

/** What the controller of a real cluster decides: topics, leaders, in-sync sets, producer ids. */
export class ClusterState {
  readonly id: string;
  readonly #topics = new Map<string, Topic>();
  /** Created, but not known to the brokers yet. */
  readonly #arriving = new Map<string, TimerHandle>();
  #lastProducerId = -1;
  /** Whether a follower reaches its leader: set to ask the network between them. */
  canReplicate: (from: number, to: number) => boolean = () => true;

  constructor(
    readonly settings: ClusterSettings,
    readonly nodes: readonly Node[],
    readonly clock: Clock,
    readonly random: Random,
  ) {
    this.id = random.uuid();
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
    return this.liveNodes[0]?.id ?? -1;
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
    if (this.#topics.has(request.name) || this.#arriving.has(request.name)) {
      return refusal('TOPIC_ALREADY_EXISTS', `topic '${request.name}' already exists`);
    }
    const nodeIds = this.liveNodes.map((node) => node.id);
    return planTopic(request, nodeIds, this.nodes, this.settings);
  }

  /** @param visibleAfterMs until then brokers answer UNKNOWN_TOPIC_OR_PARTITION: metadata takes its time to reach them */
  addTopic(name: string, plan: TopicPlan, visibleAfterMs = this.settings.topicPropagationMs): Topic {
    const topic = new Topic(name, this.random.uuid(), plan.assignment, plan.configs);
    if (visibleAfterMs <= 0) {
      this.#publish(topic);
    } else {
      this.#arriving.set(
        name,
        this.clock.setTimeout(() => this.#publish(topic), visibleAfterMs),
      );
    }
    return topic;
  }

  deleteTopic(name: string): Topic | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined) return undefined;
    this.#topics.delete(name);
    for (const partition of topic.partitions) partition.elect(NO_LEADER);
    return topic;
  }

  addPartitions(topic: Topic, partitionCount: number): void {
    const { length } = topic.partitions;
    const nodeIds = this.liveNodes.map((node) => node.id);
    topic.addPartitions(assignReplicas(nodeIds, partitionCount - length, topic.replicationFactor, length));
  }

  /** Takes a broker out of every in-sync set, except where it is the last one, and moves its leaderships to in-sync replicas. */
  brokerDown(id: number): void {
    const node = this.node(id);
    if (node === undefined || !node.isUp) return;
    node.isUp = false;
    for (const partition of this.#partitionsOn(id)) {
      const others = partition.inSync.filter((nodeId) => nodeId !== id);
      if (others.length > 0) partition.setInSync(others);
      if (partition.leader === id) partition.elect(others[0] ?? NO_LEADER);
      this.replicate(partition);
    }
  }

  /** A broker is back: it catches up at once, and leads what nobody else could lead. */
  brokerUp(id: number): void {
    const node = this.node(id);
    if (node === undefined || node.isUp) return;
    node.isUp = true;
    for (const partition of this.#partitionsOn(id)) {
      if (partition.leader === NO_LEADER && partition.inSync.includes(id)) partition.elect(id);
      if (partition.leader === NO_LEADER) continue;
      partition.setInSync(partition.replicas.filter((r) => r === id || partition.inSync.includes(r)));
      this.replicate(partition);
    }
  }

  /** @throws RangeError when there is no such partition or the node is not one of its in-sync replicas */
  moveLeader(topic: string, index: number, nodeId: number): void {
    const partition = this.partition(topic, index);
    if (partition === undefined) throw new RangeError(`there is no partition ${topic}-${index}`);
    if (!partition.inSync.includes(nodeId) || !this.node(nodeId)?.isUp) {
      const able = partition.inSync.filter((id) => this.node(id)?.isUp).join(', ');
      throw new RangeError(
        `broker ${nodeId} cannot lead ${topic}-${index}: its in-sync replicas that are up are ${able}`,
      );
    }
    if (partition.leader !== nodeId) partition.elect(nodeId);
    this.replicate(partition);
  }

  brokerPaused(id: number, isPaused: boolean): void {
    const node = this.node(id);
    if (node === undefined) return;
    node.isFetching = !isPaused;
    for (const partition of this.#partitionsOn(id)) this.replicate(partition);
  }

  replicate(partition: Partition): void {
    const { leader } = partition;
    partition.replicate((nodeId) => (this.node(nodeId)?.isFetching ?? false) && this.canReplicate(leader, nodeId));
  }

  /** Brokers can reach each other again, or no more: followers catch up where they can. */
  connectivityChanged(): void {
    for (const topic of this.#topics.values()) for (const partition of topic.partitions) this.replicate(partition);
  }

  /** Forgets topics on their way: no timer stays. */
  close(): void {
    for (const timer of this.#arriving.values()) this.clock.clearTimeout(timer);
    this.#arriving.clear();
  }

  #publish(topic: Topic): void {
    this.#arriving.delete(topic.name);
    this.#topics.set(topic.name, topic);
    for (const partition of topic.partitions) {
      const up = partition.replicas.filter((nodeId) => this.node(nodeId)?.isUp);
      if (up.length < partition.replicas.length && up.length > 0) partition.setInSync(up);
      if (!up.includes(partition.leader)) partition.elect(up[0] ?? NO_LEADER);
    }
  }

  *#partitionsOn(nodeId: number): Iterable<Partition> {
    for (const topic of this.#topics.values()) {
      for (const partition of topic.partitions) if (partition.replicas.includes(nodeId)) yield partition;
    }
  }
}
