import { apis, errorName } from 'kafka-wire';
import { expect, it } from 'vitest';

import { describeOnEachCluster } from '../support/each-cluster.js';
import { newTopicName } from '../support/each-kafka.js';
import { rawRequest } from '../support/raw-request.js';

const OFFSETS = '__consumer_offsets';
const PARTITIONS = 3;
const PATIENCE = { timeout: 30_000, interval: 100 };

describeOnEachCluster('coordinators of a cluster', (cluster) => {
  const address = (node: number) => cluster().address(node);

  /** Asks until there is one, as clients do. */
  async function coordinatorOf(group: string): Promise<number> {
    let nodeId = -1;
    const find = async () => {
      const body = await rawRequest(cluster().anyAddress(), apis.FindCoordinator, 3, { key: group, keyType: 0 });
      nodeId = body.nodeId;
      return errorName(body.errorCode);
    };
    await expect.poll(find, PATIENCE).toBe('NONE');
    return nodeId;
  }

  const partitionOf = (group: string): number => {
    let hash = 0;
    for (const letter of group) hash = (Math.imul(31, hash) + letter.charCodeAt(0)) | 0;
    return Math.abs(hash) % PARTITIONS;
  };

  async function commit(node: number, group: string, topic: string, committedOffset: number): Promise<string> {
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: '' }] }];
    const input = { groupId: group, generationIdOrMemberEpoch: -1, memberId: '', topics };
    const body = await rawRequest(address(node), apis.OffsetCommit, 7, input);
    return errorName(body.topics[0]?.partitions[0]?.errorCode ?? 0);
  }

  async function committed(node: number, group: string, topic: string): Promise<number | string> {
    const topics = [{ name: topic, partitionIndexes: [0] }];
    const body = await rawRequest(address(node), apis.OffsetFetch, 5, { groupId: group, topics });
    return body.errorCode === 0 ? (body.topics[0]?.partitions[0]?.committedOffset ?? -1) : errorName(body.errorCode);
  }

  it('are the leaders of the partitions of an internal topic', async () => {
    const group = newTopicName();
    const coordinator = await coordinatorOf(group);
    expect(coordinator).toBe(await cluster().leaderOf(OFFSETS, partitionOf(group)));
    const { topics } = await rawRequest(address(1), apis.Metadata, 9, { topics: [{ name: OFFSETS }] });
    expect([topics[0]?.isInternal, topics[0]?.partitions.length]).toEqual([true, PARTITIONS]);
  });

  it('alone serve their groups', async () => {
    const topic = await cluster().createTopic();
    const group = newTopicName();
    const coordinator = await coordinatorOf(group);
    const other = (coordinator % 3) + 1;
    expect(await commit(other, group, topic, 5)).toBe('NOT_COORDINATOR');
    await expect.poll(() => commit(coordinator, group, topic, 5), PATIENCE).toBe('NONE');
  });

  it('can move, and the offsets are there', async () => {
    const topic = await cluster().createTopic();
    const group = newTopicName();
    const before = await coordinatorOf(group);
    await expect.poll(() => commit(before, group, topic, 7), PATIENCE).toBe('NONE');
    const after = (before % 3) + 1;
    await cluster().moveLeader(OFFSETS, after, partitionOf(group));
    await expect.poll(() => committed(before, group, topic), PATIENCE).toBe('NOT_COORDINATOR');
    expect(await coordinatorOf(group)).toBe(after);
    await expect.poll(() => committed(after, group, topic), PATIENCE).toBe(7);
  });

  it('survive a node that is stopped, and the offsets as well', async () => {
    const topic = await cluster().createTopic();
    const group = newTopicName();
    const before = await coordinatorOf(group);
    await expect.poll(() => commit(before, group, topic, 9), PATIENCE).toBe('NONE');
    await cluster().stopNode(before);
    try {
      await expect.poll(() => coordinatorOf(group), PATIENCE).not.toBe(before);
      const after = await coordinatorOf(group);
      await expect.poll(() => committed(after, group, topic), PATIENCE).toBe(9);
    } finally {
      await cluster().startNode(before);
    }
  });

  it('have names for a topic that nobody may write to', async () => {
    await coordinatorOf(newTopicName());
    const { topics } = await rawRequest(address(1), apis.Metadata, 9, { topics: null });
    expect(topics.find(({ name }) => name === OFFSETS)?.isInternal).toBe(true);
  });

  it('are found by many keys at once', async () => {
    const groups = [newTopicName(), newTopicName()];
    for (const group of groups) await coordinatorOf(group);
    const { coordinators } = await rawRequest(address(1), apis.FindCoordinator, 4, { coordinatorKeys: groups });
    expect(coordinators.map(({ key, errorCode }) => [key, errorCode])).toEqual(groups.map((group) => [group, 0]));
  });

  it('go on with a topic created while a node is down, on all three', async () => {
    await cluster().stopNode(3);
    try {
      const topics = [{ name: newTopicName(), numPartitions: 1, replicationFactor: 3 }];
      const created = await rawRequest(address(1), apis.CreateTopics, 5, { timeoutMs: 20_000, topics });
      expect(errorName(created.topics[0]?.errorCode ?? 0)).toBe('NONE');
      const name = created.topics[0]?.name ?? '';
      await expect.poll(async () => (await cluster().partition(name))?.isrNodes.toSorted(), PATIENCE).toEqual([1, 2]);
      expect((await cluster().partition(name))?.replicaNodes.toSorted()).toEqual([1, 2, 3]);
      const described = await rawRequest(address(1), apis.DescribeCluster, 2, { includeFencedBrokers: true });
      expect(new Map(described.brokers.map(({ brokerId, isFenced }) => [brokerId, isFenced]))).toEqual(
        new Map([
          [1, false],
          [2, false],
          [3, true],
        ]),
      );
      expect([1, 2]).toContain(described.controllerId);
    } finally {
      await cluster().startNode(3);
    }
  });

  it.each([
    ['an unknown node', [[1, 9]], 'INVALID_REPLICA_ASSIGNMENT'],
    ['a node twice', [[1, 1]], 'INVALID_REPLICA_ASSIGNMENT'],
    ['no node', [[]], 'INVALID_REPLICA_ASSIGNMENT'],
    ['more replicas in one partition', [[1, 2], [1]], 'INVALID_REPLICA_ASSIGNMENT'],
  ])('refuse a topic on %s', async (_name, assignment, code) => {
    const assignments = assignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
    const topics = [{ name: newTopicName(), numPartitions: -1, replicationFactor: -1, assignments }];
    const body = await rawRequest(address(1), apis.CreateTopics, 5, { timeoutMs: 20_000, topics });
    expect(errorName(body.topics[0]?.errorCode ?? 0)).toBe(code);
  });

  it.each([
    ['the preferred leader where it leads', 0, 'ELECTION_NOT_NEEDED'],
    ['an unclean leader where there is one', 1, 'ELECTION_NOT_NEEDED'],
  ])('do not elect %s', async (_name, electionType, code) => {
    const topic = await cluster().createTopic();
    const input = { electionType, topicPartitions: [{ topic, partitions: [0, 9] }], timeoutMs: 10_000 };
    const body = await rawRequest(address(1), apis.ElectLeaders, 2, input);
    const results = body.replicaElectionResults[0]?.partitionResult.map(({ partitionId, errorCode }) => [
      partitionId,
      errorName(errorCode),
    ]);
    expect(results?.toSorted()).toEqual([
      [0, code],
      [9, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ]);
  });
});
