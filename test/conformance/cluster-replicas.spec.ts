import { apis } from 'kafka-wire';
import { afterEach, expect, it } from 'vitest';

import { describeOnEachCluster } from '../support/each-cluster.js';
import { RawConnection } from '../support/raw-connection.js';
import { newProducerId, outcomeOf, produced, produceRequest } from '../support/raw-producer.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachCluster('in-sync replicas of a cluster', (cluster) => {
  const address = (node: number) => cluster().address(node);
  const open: RawConnection[] = [];
  const paused = new Set<number>();

  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
    for (const node of paused) cluster().resumeNode(node);
    paused.clear();
  });

  async function connect(node: number): Promise<RawConnection> {
    const connection = await RawConnection.open(address(node));
    open.push(connection);
    return connection;
  }

  function pause(node: number): void {
    paused.add(node);
    cluster().pauseNode(node);
  }

  function resume(node: number): void {
    paused.delete(node);
    cluster().resumeNode(node);
  }

  async function endOf(topic: string, node = 1): Promise<number | undefined> {
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }];
    const body = await rawRequest(address(node), apis.ListOffsets, 5, { replicaId: -1, topics });
    return body.topics[0]?.partitions[0]?.offset;
  }

  it('times out while a follower stands still, and has appended', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 3]] });
    const producerId = await newProducerId(address(1));
    pause(3);
    expect(await produced(address(1), topic, { producerId, timeoutMs: 300 })).toBe('REQUEST_TIMED_OUT');
    expect(await endOf(topic)).toBe(0);
    // The same again is known, and waits as well.
    expect(await produced(address(1), topic, { producerId, timeoutMs: 300 })).toBe('REQUEST_TIMED_OUT');
    // The next one is the next one: the first is in the log.
    expect(await produced(address(1), topic, { producerId, baseSequence: 1, acks: 1 })).toBe(1);
    resume(3);
    expect(await produced(address(1), topic, { producerId })).toBe(0);
    await expect.poll(() => endOf(topic), { timeout: 10_000 }).toBe(2);
  });

  it('drops a follower that stands still for too long, and takes it back', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 2, 3]] });
    pause(3);
    expect(await produced(address(1), topic, { timeoutMs: 20_000 })).toBe(0);
    await cluster().untilInSync(topic, [1, 2]);
    resume(3);
    await cluster().untilInSync(topic, [1, 2, 3]);
  });

  it('serves nothing on a connection behind a produce that waits for a follower', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 3]] });
    pause(3);
    const connection = await connect(1);
    const order: string[] = [];
    const first = connection
      .request(apis.Produce, 9, await produceRequest(topic, { timeoutMs: 700 }))
      .then((body) => order.push(`produce ${outcomeOf(body)}`));
    const second = connection.request(apis.ListOffsets, 5, { topics: [] }).then(() => order.push('offsets'));
    const aside = await connect(1);
    await aside.request(apis.ListOffsets, 5, { topics: [] }).then(() => order.push('another connection'));
    await Promise.all([first, second]);
    expect(order).toEqual(['another connection', 'produce REQUEST_TIMED_OUT', 'offsets']);
  });

  it('refuses acks all and appends nothing while too few are in sync; acks 1 goes through and stays invisible', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 3]], configs: { 'min.insync.replicas': '2' } });
    const producerId = await newProducerId(address(1));
    expect(await produced(address(1), topic, { producerId })).toBe(0);
    await cluster().stopNode(3);
    try {
      await cluster().untilInSync(topic, [1]);
      expect(await produced(address(1), topic, { producerId, baseSequence: 1 })).toBe('NOT_ENOUGH_REPLICAS');
      expect(await produced(address(1), topic, { producerId, baseSequence: 1, acks: 1 })).toBe(1);
      // Not a duplicate's answer: too few replicas are looked at first.
      expect(await produced(address(1), topic, { producerId, baseSequence: 1 })).toBe('NOT_ENOUGH_REPLICAS');
      expect(await endOf(topic)).toBe(1);
    } finally {
      await cluster().startNode(3);
    }
    await cluster().untilInSync(topic, [1, 3]);
    expect(await produced(address(1), topic, { producerId, baseSequence: 1 })).toBe(1);
    await expect.poll(() => endOf(topic), { timeout: 10_000 }).toBe(2);
  });

  it('takes a setting of min.insync.replicas at once', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 2]] });
    const alter = async (value: string) => {
      const configs = [{ name: 'min.insync.replicas', configOperation: 0, value }];
      const resources = [{ resourceType: 2, resourceName: topic, configs }];
      const body = await rawRequest(address(1), apis.IncrementalAlterConfigs, 1, { resources });
      return body.responses[0]?.errorCode;
    };
    await cluster().moveLeader(topic, 1);
    pause(2);
    expect(await produced(address(1), topic, { acks: 1 })).toBe(0);
    await cluster().untilInSync(topic, [1]);
    expect(await produced(address(1), topic)).toBe(1);
    expect(await alter('2')).toBe(0);
    await expect.poll(() => produced(address(1), topic), { timeout: 10_000 }).toBe('NOT_ENOUGH_REPLICAS');
    expect(await alter('1')).toBe(0);
    await expect.poll(() => produced(address(1), topic), { timeout: 10_000 }).toBeTypeOf('number');
  });

  it('times out when the in-sync set becomes too small meanwhile: nothing becomes visible then (KIP-966)', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 3]], configs: { 'min.insync.replicas': '2' } });
    const producerId = await newProducerId(address(1));
    pause(3);
    const answer = produced(address(1), topic, { producerId, timeoutMs: 6000 });
    await cluster().untilInSync(topic, [1]);
    expect(await answer).toBe('REQUEST_TIMED_OUT');
    expect(await produced(address(1), topic, { producerId, baseSequence: 1, acks: 1 })).toBe(1);
    expect(await endOf(topic)).toBe(0);
    resume(3);
    await cluster().untilInSync(topic, [1, 3]);
    expect(await produced(address(1), topic, { producerId })).toBe(0);
  });

  it('tells who waits for replicas when the leadership moves', async () => {
    const topic = await cluster().createTopic({ assignment: [[1, 2, 3]] });
    pause(3);
    const answer = produced(address(1), topic, { timeoutMs: 20_000 });
    await cluster().moveLeader(topic, 2);
    expect(await answer).toBe('NOT_LEADER_OR_FOLLOWER');
    resume(3);
    await cluster().untilInSync(topic, [1, 2, 3]);
  });
});
