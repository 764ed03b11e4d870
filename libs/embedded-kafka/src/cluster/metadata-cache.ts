import { imageOf, type MetadataImage, type NodeImage, type PartitionImage, type TopicImage } from './metadata-image.js';
import type { Propagation } from './propagation.js';
import type { Topic } from './topic.js';

/** How things are. */
export interface ClusterTruth {
  readonly controllerId: number;
  readonly settings: { readonly host: string };
  /** Brokers that are up. */
  readonly liveNodes: readonly { readonly id: number; readonly port: number }[];
  readonly topics: Iterable<Topic>;
  readonly propagation: Propagation;
  topic(name: string): Topic | undefined;
  topicById(id: string): Topic | undefined;
}

/**
 * What one broker believes of the cluster.
 *
 * Normally that is how things are, apart from topics whose creation or deletion it has not heard of. While it is frozen it is how things
 * were: it names old leaders, as a broker does that is behind its controller.
 */
export class MetadataCache {
  #frozen: MetadataImage | undefined;

  constructor(
    readonly nodeId: number,
    readonly cluster: ClusterTruth,
  ) {}

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  freeze(): void {
    this.#frozen ??= { controllerId: this.controllerId, nodes: this.nodes, topics: this.topics };
  }

  thaw(): void {
    this.#frozen = undefined;
  }

  get controllerId(): number {
    return this.#frozen?.controllerId ?? this.cluster.controllerId;
  }

  /** Brokers that are up. */
  get nodes(): readonly NodeImage[] {
    const { host } = this.cluster.settings;
    return this.#frozen?.nodes ?? this.cluster.liveNodes.map(({ id, port }) => ({ id, host, port }));
  }

  get topics(): readonly TopicImage[] {
    if (this.#frozen !== undefined) return this.#frozen.topics;
    const departing = this.#departing();
    const names = new Set(departing.map(({ name }) => name));
    const known = [...this.cluster.topics].filter(({ name, id }) => !names.has(name) && this.#knows(id));
    return [...departing, ...known.map(imageOf)];
  }

  topic(name: string): TopicImage | undefined {
    const old = (this.#frozen?.topics ?? this.#departing()).find((image) => image.name === name);
    if (old !== undefined || this.#frozen !== undefined) return old;
    const topic = this.cluster.topic(name);
    return topic !== undefined && this.#knows(topic.id) ? imageOf(topic) : undefined;
  }

  topicById(id: string): TopicImage | undefined {
    const old = (this.#frozen?.topics ?? this.#departing()).find((image) => image.id === id);
    if (old !== undefined || this.#frozen !== undefined) return old;
    const topic = this.cluster.topicById(id);
    return topic !== undefined && this.#knows(id) ? this.topic(topic.name) : undefined;
  }

  partition(topic: string, index: number): PartitionImage | undefined {
    return this.topic(topic)?.partitions[index];
  }

  node(id: number): NodeImage | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  #departing(): readonly TopicImage[] {
    return this.cluster.propagation.departing(this.nodeId);
  }

  #knows(topicId: string): boolean {
    return this.cluster.propagation.standing(this.nodeId, topicId) !== 'unknown';
  }
}
