import { connect, type Socket } from 'node:net';

import { Kafka, logLevel, type Consumer, type ISocketFactory } from 'kafkajs';
import { afterEach, beforeAll, expect, it } from 'vitest';

import { describeOnEachKafka, newTopicName } from '../support/each-kafka.js';
import { coordinatorIsLoaded } from '../support/raw-group.js';

const PARTITIONS = 4;
/** The shortest Apache Kafka allows unless told otherwise. */
const SESSION_MS = 6_000;

/** A kafkajs consumer of a group, with what a test waits for. */
interface Member {
  readonly consumer: Consumer;
  readonly values: string[];
  /** Partitions it was assigned last. */
  partitions: readonly number[];
  kill(): void;
}

describeOnEachKafka('kafkajs consumers in a group', (kafka) => {
  const members: Member[] = [];
  beforeAll(() => coordinatorIsLoaded(kafka().bootstrap.at(0) ?? '', 'group'));
  afterEach(async () => {
    await Promise.all(members.splice(0).map(({ consumer }) => consumer.disconnect()));
  });

  const client = (socketFactory?: ISocketFactory) =>
    new Kafka({
      brokers: [...kafka().bootstrap],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 10, restartOnFailure: async () => false },
      ...(socketFactory === undefined ? {} : { socketFactory }),
    });

  async function join(groupId: string, topic: string): Promise<Member> {
    const sockets = new Set<Socket>();
    let isDead = false;
    const consumer = client(({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.add(socket);
      if (isDead) socket.destroy(new Error('dead'));
      return socket;
    }).consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: 100,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
    });
    const kill = () => {
      isDead = true;
      for (const socket of sockets) socket.destroy();
    };
    const member: Member = { consumer, values: [], partitions: [], kill };
    consumer.on('consumer.group_join', ({ payload }) => {
      member.partitions = payload.memberAssignment[topic] ?? [];
    });
    members.push(member);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        member.values.push(String(message.value));
      },
    });
    return member;
  }

  async function produce(topic: string, ...values: string[]): Promise<void> {
    const producer = client().producer();
    await producer.connect();
    const messages = values.map((value, at) => ({ value, partition: at % PARTITIONS }));
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  const joined = ({ consumer }: Member) =>
    new Promise<void>((resolve) => {
      const stop = consumer.on('consumer.group_join', () => {
        stop();
        resolve();
      });
    });

  /** Waits until between them they have every partition once, each some. */
  async function shared(...of: Member[]): Promise<void> {
    const areShared = () => {
      const all = of.flatMap(({ partitions }) => partitions);
      return (
        all.length === PARTITIONS && new Set(all).size === PARTITIONS && of.every((one) => one.partitions.length > 0)
      );
    };
    while (!areShared()) await Promise.race(of.map(joined));
  }

  async function read(count: number, ...of: Member[]): Promise<string[]> {
    const all = () => of.flatMap(({ values }) => values);
    while (all().length < count) {
      await new Promise<void>((resolve) => {
        for (const { consumer } of of) {
          const stop = consumer.on('consumer.end_batch_process', () => {
            stop();
            resolve();
          });
        }
      });
    }
    return all().toSorted((one, other) => one.localeCompare(other));
  }

  it('share the partitions when one joins, leaves or dies, and read every record', { timeout: 150_000 }, async () => {
    const topic = await kafka().createTopic({ partitions: PARTITIONS });
    const groupId = `group-of-${topic}`;
    const first = await join(groupId, topic);
    await shared(first);
    const second = await join(groupId, topic);
    await shared(first, second);
    await produce(topic, 'a', 'b', 'c', 'd');
    expect(await read(4, first, second)).toEqual(['a', 'b', 'c', 'd']);
    expect([first.values.length, second.values.length]).toEqual([2, 2]);
    await second.consumer.disconnect();
    await shared(first);
    const third = await join(groupId, topic);
    await shared(first, third);
    first.kill();
    await shared(third);
    await produce(topic, 'e', 'f', 'g', 'h');
    expect((await read(4, third)).filter((value) => value > 'd')).toEqual(['e', 'f', 'g', 'h']);
  });

  it('go on where the group has committed', async () => {
    const topic = await kafka().createTopic({ partitions: PARTITIONS });
    const groupId = `group-of-${topic}`;
    const first = await join(groupId, topic);
    await produce(topic, 'a', 'b', 'c', 'd');
    expect(await read(4, first)).toEqual(['a', 'b', 'c', 'd']);
    await first.consumer.disconnect();
    await produce(topic, 'e', 'f');
    expect(await read(2, await join(groupId, topic))).toEqual(['e', 'f']);
  });

  it('are seen, described, moved and deleted by an admin', async () => {
    const topic = await kafka().createTopic({ partitions: PARTITIONS });
    const groupId = `group-of-${newTopicName()}`;
    const admin = client().admin();
    await admin.connect();
    const offsets = async () => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return found?.partitions.map(({ offset }) => offset);
    };
    try {
      const member = await join(groupId, topic);
      await shared(member);
      expect((await admin.listGroups()).groups).toContainEqual({ groupId, protocolType: 'consumer' });
      const { groups } = await admin.describeGroups([groupId]);
      expect(groups[0]).toMatchObject({ groupId, state: 'Stable', protocol: 'RoundRobinAssigner' });
      await expect(admin.deleteGroups([groupId])).rejects.toThrow('Error in DeleteGroups');
      await produce(topic, 'a', 'b', 'c', 'd');
      await read(4, member);
      await member.consumer.disconnect();
      expect(await offsets()).toEqual(['1', '1', '1', '1']);
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: '0' }] });
      expect((await offsets())?.toSorted()).toEqual(['0', '1', '1', '1']);
      await admin.resetOffsets({ groupId, topic, earliest: true });
      expect(await read(4, await join(groupId, topic))).toEqual(['a', 'b', 'c', 'd']);
      await members.at(-1)?.consumer.disconnect();
      expect(await admin.deleteGroups([groupId])).toMatchObject([{ groupId, errorCode: 0 }]);
      expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
      expect(await offsets()).toEqual(['-1', '-1', '-1', '-1']);
    } finally {
      await admin.disconnect();
    }
  });
});
