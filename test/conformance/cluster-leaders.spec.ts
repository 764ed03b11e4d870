import { apis, errorName } from 'kafka-wire';
import { afterEach, expect, it } from 'vitest';

import { describeOnEachCluster } from '../support/each-cluster.js';
import { newProducerId, outcomeOf, produced, produceRequest, produceTo } from '../support/raw-producer.js';
import { RawConnection } from '../support/raw-connection.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachCluster('leaders of a cluster', (cluster) => {
  const address = (node: number) => cluster().address(node);
  const open: RawConnection[] = [];

  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
  });

  async function connect(node: number): Promise<RawConnection> {
    const connection = await RawConnection.open(address(node));
    open.push(connection);
    return connection;
  }

  const fetchFrom = async (node: number, topic: string, version: number, currentLeaderEpoch = -1) => {
    const asked = { topics: [{ name: topic }], allowAutoTopicCreation: false };
    const { topics } = await rawRequest(address(1), apis.Metadata, 12, asked);
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, currentLeaderEpoch }];
    return rawRequest(address(node), apis.Fetch, version, {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1_000_000,
      topics: [{ topic, topicId: topics[0]?.topicId ?? '', partitions }],
    });
  };

  it('knows sequences and duplicates after the leader has moved', async () => {
    const topic = await cluster().createTopic();
    const producerId = await newProducerId(address(1));
    for (const baseSequence of [0, 1, 2]) {
      expect(await produced(address(1), topic, { producerId, baseSequence })).toBe(baseSequence);
    }
    await cluster().moveLeader(topic, 2);
    const answers = [];
    for (const baseSequence of [2, 0, 4, 3]) {
      answers.push(await produced(address(2), topic, { producerId, baseSequence }));
    }
    expect(answers).toEqual([2, 0, 'OUT_OF_ORDER_SEQUENCE_NUMBER', 3]);
  });

  it.each([
    ['Produce 9, which has no room for it', 9, { leaderId: -1, leaderEpoch: -1 }, []],
    ['Produce 10', 10, { leaderId: 2, leaderEpoch: 1 }, [2]],
  ])('names the leader in the answer to %s', async (_name, version, currentLeader, nodes) => {
    const topic = await cluster().createTopic();
    await cluster().moveLeader(topic, 2);
    const body = await produceTo(address(1), topic, { version });
    expect(outcomeOf(body)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(body.responses[0]?.partitionResponses[0]?.currentLeader).toMatchObject(currentLeader);
    expect(body.nodeEndpoints.map(({ nodeId, port }) => [nodeId, port])).toEqual(
      nodes.map((id) => [id, Number(address(id).split(':')[1])]),
    );
  });

  it.each([
    ['Fetch 12, which has no room for it', 12, { leaderId: -1, leaderEpoch: -1 }, []],
    ['Fetch 16', 16, { leaderId: 2, leaderEpoch: 1 }, [2]],
  ])('names the leader in the answer to %s', async (_name, version, currentLeader, nodes) => {
    const topic = await cluster().createTopic({ assignment: [[1, 2]] });
    await cluster().moveLeader(topic, 2);
    const { responses, nodeEndpoints } = await fetchFrom(1, topic, version, 0);
    const partition = responses[0]?.partitions[0];
    expect(errorName(partition?.errorCode ?? 0)).toBe('FENCED_LEADER_EPOCH');
    expect(partition?.currentLeader).toMatchObject(currentLeader);
    expect(nodeEndpoints.map(({ nodeId }) => nodeId)).toEqual(nodes);
  });

  it('tells old epochs from those to come', async () => {
    const topic = await cluster().createTopic();
    await cluster().moveLeader(topic, 3);
    const errors = [];
    for (const currentLeaderEpoch of [0, 1, 2]) {
      const { responses } = await fetchFrom(3, topic, 12, currentLeaderEpoch);
      errors.push(errorName(responses[0]?.partitions[0]?.errorCode ?? 0));
    }
    expect(errors).toEqual(['FENCED_LEADER_EPOCH', 'NONE', 'UNKNOWN_LEADER_EPOCH']);
  });

  it.each([
    ['a node without a replica', 3],
    ['a node whose replica follows', 2],
  ])('refuses records at %s', async (_name, node) => {
    const topic = await cluster().createTopic({ assignment: [[1, 2]] });
    const body = await produceTo(address(node), topic, { version: 10 });
    expect(outcomeOf(body)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(body.responses[0]?.partitionResponses[0]?.currentLeader).toMatchObject({ leaderId: 1, leaderEpoch: 0 });
  });

  it('hangs up on acks 0 at the wrong node', async () => {
    const topic = await cluster().createTopic();
    const connection = await connect(2);
    const answer = connection.request(apis.Produce, 9, await produceRequest(topic, { acks: 0 }));
    await expect(answer).rejects.toThrow('closed the connection');
  });

  it('has everything after a node was stopped and started again, and counts the elections', async () => {
    const topic = await cluster().createTopic({ assignment: [[3, 1]] });
    const producerId = await newProducerId(address(1));
    expect(await produced(address(3), topic, { producerId, baseSequence: 0 })).toBe(0);
    await cluster().stopNode(3);
    await cluster().untilLed(topic, 0, 1);
    const afterStop = await cluster().partition(topic);
    expect([afterStop?.isrNodes, afterStop?.offlineReplicas, afterStop?.leaderEpoch]).toEqual([[1], [3], 1]);
    expect(await produced(address(1), topic, { producerId, baseSequence: 0 })).toBe(0);
    expect(await produced(address(1), topic, { producerId, baseSequence: 1 })).toBe(1);
    await cluster().startNode(3);
    await cluster().untilInSync(topic, [1, 3]);
    expect((await cluster().partition(topic))?.leaderId).toBe(1);
    await cluster().moveLeader(topic, 3);
    expect(await produced(address(3), topic, { producerId, baseSequence: 1 })).toBe(1);
    expect(await produced(address(3), topic, { producerId, baseSequence: 2 })).toBe(2);
    expect((await cluster().partition(topic))?.leaderEpoch).toBe(2);
  });

  it('has no leader while the only replica is stopped, and the old one when it is back', async () => {
    const topic = await cluster().createTopic({ assignment: [[3]] });
    expect(await produced(address(3), topic)).toBe(0);
    await cluster().stopNode(3);
    await cluster().untilLed(topic, 0, -1);
    const state = await cluster().partition(topic);
    expect([errorName(state?.errorCode ?? 0), state?.isrNodes, state?.replicaNodes, state?.offlineReplicas]).toEqual([
      'LEADER_NOT_AVAILABLE',
      [],
      [3],
      [3],
    ]);
    expect(await produced(address(1), topic)).toBe('NOT_LEADER_OR_FOLLOWER');
    await cluster().startNode(3);
    await cluster().untilLed(topic, 0, 3);
    expect(await produced(address(3), topic)).toBe(1);
    expect((await cluster().partition(topic))?.leaderEpoch).toBe(2);
  });

  it('takes the leadership from a node that stands still, which then knows it', async () => {
    const topic = await cluster().createTopic({ assignment: [[3, 2, 1]] });
    cluster().pauseNode(3);
    await cluster().untilLed(topic, 0, 2);
    await cluster().untilInSync(topic, [1, 2]);
    expect(await produced(address(2), topic)).toBe(0);
    cluster().resumeNode(3);
    await cluster().untilInSync(topic, [1, 2, 3]);
    const body = await produceTo(address(3), topic, { version: 10 });
    expect(outcomeOf(body)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(body.responses[0]?.partitionResponses[0]?.currentLeader).toMatchObject({ leaderId: 2, leaderEpoch: 1 });
  });
});
