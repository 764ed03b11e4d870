import { setTimeout as delay } from 'node:timers/promises';

import { apis, errorName } from 'kafka-wire';

import type { RawConnection } from '../../support/raw-connection.js';
import { askWithin } from './ask-within.js';

const METADATA_VERSION = 9;
const PREFERRED = 0;
const TOPIC_RESOURCE = 2;
const SET = 0;
const GROUP = 0;
const TRANSACTION = 1;
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

  /** The node that decides about the transactions of an id. */
  async coordinatorOf(transactionalId: string): Promise<number> {
    return this.#coordinator(TRANSACTION, transactionalId);
  }

  async coordinatorOfGroup(groupId: string): Promise<number> {
    return this.#coordinator(GROUP, groupId);
  }

  async #coordinator(keyType: number, key: string): Promise<number> {
    return this.#untilDone(async (connection) => {
      const input = { keyType, coordinatorKeys: [key] };
      const { coordinators } = await connection.request(apis.FindCoordinator, 4, input);
      refuse(coordinators);
      return coordinators[0]?.nodeId ?? -1;
    });
  }

  async createTopic(name: string, numPartitions: number): Promise<void> {
    await this.#untilDone(async (connection) => {
      const topics = [{ name, numPartitions, replicationFactor: -1 }];
      const answer = await connection.request(apis.CreateTopics, 7, { topics, timeoutMs: ANSWER_WITHIN_MS });
      refuse(answer.topics, 'TOPIC_ALREADY_EXISTS');
    });
  }

  async deleteTopic(name: string): Promise<void> {
    await this.#untilDone(async (connection) => {
      const answer = await connection.request(apis.DeleteTopics, 6, {
        topics: [{ name }],
        timeoutMs: ANSWER_WITHIN_MS,
      });
      refuse(answer.responses, 'UNKNOWN_TOPIC_OR_PARTITION');
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
    await this.#reassign(topic, wanted);
    await this.#untilDone(async (connection) => {
      const topicPartitions = [{ topic, partitions: wanted.map(({ partitionIndex }) => partitionIndex) }];
      const input = { electionType: PREFERRED, topicPartitions, timeoutMs: ANSWER_WITHIN_MS };
      const answer = await connection.request(apis.ElectLeaders, 2, input);
      const results = answer.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult);
      refuse([answer, ...results], 'ELECTION_NOT_NEEDED');
    });
  }

  /** Takes every partition from its leader and gives it back as the last of its replicas. Resolves when all have caught up. */
  async moveReplicas(topic: string): Promise<void> {
    const before = await this.partitions(topic);
    const without = before.map(({ replicas, leader }) => replicas.filter((id) => id !== leader));
    const place = (replicas: number[], partitionIndex: number) => ({ partitionIndex, replicas });
    await this.#reassign(topic, without.map(place));
    await this.#untilReplicas(topic, without);
    const wanted = before.map(({ leader }, at) => [...(without[at] ?? []), leader]);
    await this.#reassign(topic, wanted.map(place));
    await this.#untilReplicas(topic, wanted);
  }

  /** Resolves when every replica of the topic is in sync. */
  async untilInSync(topic: string): Promise<void> {
    await this.#untilDone(async () => {
      const behind = (await this.partitions(topic)).filter(({ replicas, inSync }) => inSync.length < replicas.length);
      if (behind.length > 0) throw new Error(`${behind.length} partitions of ${topic} lack in-sync replicas`);
    });
  }

  async #reassign(topic: string, partitions: readonly { partitionIndex: number; replicas: number[] }[]): Promise<void> {
    await this.#untilDone(async (connection) => {
      const topics = [{ name: topic, partitions: [...partitions] }];
      const answer = await connection.request(apis.AlterPartitionReassignments, 0, { topics });
      refuse([answer, ...answer.responses.flatMap((response) => response.partitions)]);
    });
  }

  async #untilReplicas(topic: string, wanted: readonly number[][]): Promise<void> {
    await this.#untilDone(async () => {
      const now = await this.partitions(topic);
      const isThere = wanted.every((replicas, at) => {
        const { replicas: has, inSync = [] } = now[at] ?? {};
        return has?.join() === replicas.join() && inSync.length === replicas.length;
      });
      if (!isThere) throw new Error(`the replicas of ${topic} are not where they are to be`);
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
