import type { Cluster, TransactionVersion } from '../../cluster/cluster.js';
import type { ProducerIdentity } from '../../sender/producer-identity.js';
import type { StagedRecord } from '../unit/staged-record.js';
import { NoAnswerError } from './coordinator-requests.js';
import { NONE, OPERATION_NOT_ATTEMPTED, TRANSACTION_IS_LOST, UNKNOWN_TOPIC_OR_PARTITION } from './transaction-codes.js';
import type { AddPartitionsResponse, TransactionRequests } from './transaction-requests.js';

/** What came of adding the partitions of some records. */
export interface AddedPartitions {
  /** Why a partition is not in; it may be asked for any of the records. */
  readonly refusal: (record: StagedRecord) => number | undefined;
  /** The code that ends the transaction. */
  readonly lostWith: number | undefined;
  readonly wasLost: boolean;
}

type Topics = Map<string, number[]>;

/**
 * Which partitions are in the open transaction.
 *
 * Level 1 has to name them to the coordinator before the first record; with level 2 their leaders do. When there are several leaders that costs a round of the
 * coordinator each, one behind the other, so then they are named here too, all at once.
 */
export class TransactionPartitions {
  readonly #requests: TransactionRequests;
  readonly #cluster: Cluster;
  readonly #added = new Map<string, Set<number>>();
  #giveUp: (error: Error) => void = () => {};
  /** Of some question nobody knows whether it arrived. */
  #wasLost = false;

  constructor(requests: TransactionRequests, cluster: Cluster) {
    this.#requests = requests;
    this.#cluster = cluster;
  }

  /** One of them is in, or the answer that tells was lost. */
  get mayHaveOpened(): boolean {
    return this.#wasLost || this.#added.size > 0;
  }

  /** Another transaction begins. */
  clear(): void {
    this.#added.clear();
    this.#wasLost = false;
  }

  /** What is being added fails with `NoAnswerError`. */
  giveUp(): void {
    this.#giveUp(new NoAnswerError('AddPartitionsToTxn', true, undefined, undefined));
  }

  /** @throws as `CoordinatorRequests.ask()` does */
  async add(
    identity: ProducerIdentity,
    version: TransactionVersion,
    records: readonly StagedRecord[],
    deadlineMs: number,
  ): Promise<AddedPartitions> {
    let missing = this.#missing(records);
    const refused = new Map<string, number>();
    const refusal = ({ topic, partition }: StagedRecord): number | undefined => refused.get(`${topic}:${partition}`);
    let wasLost = false;
    while (missing.size > 0 && (version === 1 || this.#haveSeveralLeaders(missing))) {
      const answer = await this.#ask(identity, missing, deadlineMs);
      wasLost ||= answer.wasLost;
      const left: Topics = new Map();
      for (const { topic, partition, code } of answer.codes) {
        if (TRANSACTION_IS_LOST.has(code)) return { refusal, lostWith: code, wasLost };
        if (code === NONE) this.#note(topic, partition);
        else if (code === OPERATION_NOT_ATTEMPTED) push(left, topic, partition);
        else refused.set(`${topic}:${partition}`, code);
      }
      missing = left.size < missing.size || refused.size > 0 ? left : new Map(); // never the same question twice
    }
    for (const [topic, partitions] of missing) for (const partition of partitions) this.#note(topic, partition);
    return { refusal, lostWith: undefined, wasLost };
  }

  async #ask(identity: ProducerIdentity, topics: Topics, deadlineMs: number) {
    try {
      const givenUp = new Promise<never>((_, reject) => (this.#giveUp = reject));
      const adding = this.#requests.addPartitions(identity, topics, deadlineMs);
      const { response, wasLost } = await Promise.race([adding, givenUp]);
      this.#wasLost ||= wasLost;
      return { codes: codesByPartition(response), wasLost };
    } catch (error) {
      if (error instanceof NoAnswerError) this.#wasLost ||= error.wasWritten;
      if (!(error instanceof NoAnswerError) || error.errorCode !== UNKNOWN_TOPIC_OR_PARTITION) throw error;
      // All of them are out; which ones are unknown the metadata tells.
      const codes = Array.from(topics, ([topic, partitions]) =>
        partitions.map((partition) => ({
          topic,
          partition,
          code: this.#exists(topic, partition) ? OPERATION_NOT_ATTEMPTED : UNKNOWN_TOPIC_OR_PARTITION,
        })),
      ).flat();
      const isNobody = codes.every(({ code }) => code === OPERATION_NOT_ATTEMPTED);
      if (isNobody) throw error;
      return { codes, wasLost: error.wasWritten };
    }
  }

  #exists(topic: string, partition: number): boolean {
    return this.#cluster.topic(topic)?.partitions[partition] !== undefined;
  }

  #missing(records: readonly StagedRecord[]): Topics {
    const missing: Topics = new Map();
    const seen = new Set<string>();
    for (const { topic, partition } of records) {
      const id = `${topic}:${partition}`;
      if (seen.has(id) || this.#added.get(topic)?.has(partition) === true) continue;
      seen.add(id);
      push(missing, topic, partition);
    }
    return missing;
  }

  #haveSeveralLeaders(topics: Topics): boolean {
    const leaders = new Set<number>();
    for (const [topic, partitions] of topics) {
      const metadata = this.#cluster.topic(topic);
      for (const partition of partitions) leaders.add(metadata?.partitions[partition]?.leader ?? -1);
    }
    return leaders.size > 1;
  }

  #note(topic: string, partition: number): void {
    let partitions = this.#added.get(topic);
    if (partitions === undefined) this.#added.set(topic, (partitions = new Set()));
    partitions.add(partition);
  }
}

function codesByPartition({ resultsByTopicV3AndBelow: results }: AddPartitionsResponse) {
  return results.flatMap(({ name: topic, resultsByPartition }) =>
    resultsByPartition.map(({ partitionIndex: partition, partitionErrorCode: code }) => ({ topic, partition, code })),
  );
}

function push(topics: Topics, topic: string, partition: number): void {
  const partitions = topics.get(topic);
  if (partitions === undefined) topics.set(topic, [partition]);
  else partitions.push(partition);
}
