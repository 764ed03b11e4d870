import { setTimeout as delay } from 'node:timers/promises';

import { apis, errorName } from 'kafka-wire';

import type { RawConnection } from '../../support/raw-connection.js';
import { askWithin } from './ask-within.js';

const METADATA_VERSION = 9;
const PREFERRED = 0;
const TOPIC_RESOURCE = 2;
const SET = 0;
const ANSWER_WITHIN_MS = 3_000;
const AGAIN_AFTER_MS = 200;
const GIVE_UP_AFTER_MS = 60_000;

/** What an administrator does to a cluster whose brokers come and go: each verb is tried at every broker until it is done. */
export class ClusterAdmin {
  readonly #bootstrap: readonly string[];

  constructor(bootstrap: readonly string[]) {
    this.#bootstrap = bootstrap;
  }

  /** By partition; -1 for none. */
  async partitions(topic: string): Promise<{ leader: number; replicas: number[]; inSync: number[] }[]> {
    return this.#untilDone(async (connection) => {
      const { topics } = await connection.request(apis.Metadata, METADATA_VERSION, { topics: [{ name: topic }] });
      return (topics[0]?.partitions ?? [])
        .toSorted((one, other) => one.partitionIndex - other.partitionIndex)
        .map(({ leaderId, replicaNodes, isrNodes }) => ({
          leader: leaderId,
          replicas: replicaNodes ?? [],
          inSync: isrNodes ?? [],
        }));
    });
  }

  async createTopic(name: string, numPartitions: number): Promise<void> {
    await this.#untilDone(async (connection) => {
      const topics = [{ name, numPartitions, replicationFactor: -1 }];
      const answer = await connection.request(apis.CreateTopics, 7, { topics, timeoutMs: ANSWER_WITHIN_MS });
      refuse(answer.topics, 'TOPIC_ALREADY_EXISTS');
    });
  }

  async configure(topic: string, name: string, value: string): Promise<void> {
    await this.#untilDone(async (connection) => {
      const configs = [{ name, configOperation: SET, value }];
      const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configs }];
      refuse((await connection.request(apis.IncrementalAlterConfigs, 1, { resources })).responses);
    });
  }

  /** Gives every partition another preferred replica, and elects it. */
  async rotateLeaders(topic: string): Promise<void> {
    const wanted = (await this.partitions(topic)).map(({ replicas }, partitionIndex) => {
      return { partitionIndex, replicas: [...replicas.slice(1), ...replicas.slice(0, 1)] };
    });
    await this.#untilDone(async (connection) => {
      const topics = [{ name: topic, partitions: wanted }];
      const answer = await connection.request(apis.AlterPartitionReassignments, 0, { topics });
      refuse([answer, ...answer.responses.flatMap(({ partitions }) => partitions)]);
    });
    await this.#untilDone(async (connection) => {
      const topicPartitions = [{ topic, partitions: wanted.map(({ partitionIndex }) => partitionIndex) }];
      const input = { electionType: PREFERRED, topicPartitions, timeoutMs: ANSWER_WITHIN_MS };
      const answer = await connection.request(apis.ElectLeaders, 2, input);
      const results = answer.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult);
      refuse([answer, ...results], 'ELECTION_NOT_NEEDED');
    });
  }

  /** Resolves when every replica of the topic is in sync. */
  async untilInSync(topic: string): Promise<void> {
    await this.#untilDone(async () => {
      const behind = (await this.partitions(topic)).filter(({ replicas, inSync }) => inSync.length < replicas.length);
      if (behind.length > 0) throw new Error(`${behind.length} partitions of ${topic} lack in-sync replicas`);
    });
  }

  async #untilDone<T>(work: (connection: RawConnection) => Promise<T>): Promise<T> {
    const untilMs = performance.now() + GIVE_UP_AFTER_MS;
    for (let attempt = 0; ; attempt++) {
      const address = this.#bootstrap[attempt % this.#bootstrap.length] ?? '';
      try {
        return await askWithin(address, ANSWER_WITHIN_MS, work);
      } catch (error) {
        if (performance.now() > untilMs) throw error;
        await delay(AGAIN_AFTER_MS);
      }
    }
  }
}

function refuse(results: readonly { readonly errorCode: number }[], fine = 'NONE'): void {
  const problem = results.map(({ errorCode }) => errorName(errorCode)).find((name) => name !== 'NONE' && name !== fine);
  if (problem !== undefined) throw new Error(`refused: ${problem}`);
}
