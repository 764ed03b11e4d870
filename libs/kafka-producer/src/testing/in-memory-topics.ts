import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import { InMemoryTopic } from './in-memory-topic.js';

export interface InMemoryTopicOptions {
  readonly name: string;
  /** @defaultValue `partitions` of the cluster */
  readonly partitions?: number | undefined;
}

export interface InMemoryKafkaOptions {
  /** The topics there are, as they are named in Kafka; any other is an `UnknownTopicError`. Left out: a topic is there when it is used. */
  readonly topics?: readonly (string | InMemoryTopicOptions)[] | undefined;
  /** Partitions of a topic that does not say. One keeps all records of a topic in the order in which they were sent. @defaultValue 1 */
  readonly partitions?: number | undefined;
}

/** The topics of one cluster. Each is led by a broker of its own, so that what happens to one topic never delays another. */
export class InMemoryTopics {
  readonly #topics = new Map<string, InMemoryTopic>();
  readonly #isStrict: boolean;
  readonly #partitions: number;

  constructor({ topics, partitions = 1 }: InMemoryKafkaOptions) {
    this.#isStrict = topics !== undefined;
    this.#partitions = partitions;
    assertPartitions('a topic', partitions);
    for (const topic of topics ?? []) {
      if (typeof topic === 'string') this.#create(topic, partitions);
      else this.#create(topic.name, topic.partitions ?? partitions);
    }
  }

  get count(): number {
    return this.#topics.size;
  }

  get(name: string): InMemoryTopic | undefined {
    return this.#topics.get(name);
  }

  /** @throws UnknownTopicError when topics were given and this is none of them */
  getOrCreate(name: string): InMemoryTopic {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    if (!this.#isStrict) return this.#create(name, this.#partitions);
    const reason = `the topics given to the in-memory cluster are ${[...this.#topics.keys()].join(', ') || 'none'}`;
    throw new UnknownTopicError({ topic: name, reason });
  }

  #create(name: string, partitions: number): InMemoryTopic {
    assertPartitions(`topic '${name}'`, partitions);
    const topic = new InMemoryTopic(name, partitions, this.#topics.size + 1);
    this.#topics.set(name, topic);
    return topic;
  }
}

function assertPartitions(what: string, partitions: number): void {
  if (Number.isInteger(partitions) && partitions >= 1) return;
  throw new Error(`In the in-memory cluster ${what} cannot have ${partitions} partitions; give it 1 or more.`);
}
