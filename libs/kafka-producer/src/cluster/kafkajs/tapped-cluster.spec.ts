import { beforeEach, describe, expect, it } from 'vitest';

import { identityOf } from '../../record/consumer-identity.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { ConsumerTap } from './consumer-tap.js';
import type { ConsumerBroker, ConsumerCluster, OffsetsResponse } from './kafkajs-parts.js';
import { tapCluster } from './tapped-cluster.js';

const TOPICS = [{ topic: 'orders', partitions: [{ partition: 0 }] }];
const FETCH = { maxWaitTime: 5_000, topics: TOPICS };

describe('a tap on the cluster of a consumer', () => {
  let tap: ConsumerTap;
  let cluster: ConsumerCluster;
  /** Resolves a broker, or offsets, that somebody waits for. */
  let answer: () => void;

  beforeEach(() => {
    tap = new ConsumerTap('stock', new ManualClock());
    const broker = {
      syncGroup: async () => ({}),
      fetch: async () => ({
        responses: [{ topicName: 'orders', partitions: [{ partition: 0, messages: [{ offset: '5' }] }] }],
      }),
    } as unknown as ConsumerBroker;
    const later = <T>(value: T): Promise<T> => new Promise((resolve) => (answer = () => resolve(value)));
    cluster = {
      findBroker: () => later(broker),
      committedOffsets: () => ({}),
      fetchTopicsOffset: () =>
        later<OffsetsResponse[]>([{ topic: 'orders', partitions: [{ partition: 0, offset: '9' }] }]),
    };
    tapCluster(cluster, tap);
  });

  async function found(): Promise<ConsumerBroker> {
    const broker = cluster.findBroker({ nodeId: '1' });
    answer();
    return broker;
  }

  /** As kafkajs does: it syncs, and then makes what keeps its positions. */
  async function joined(generationId: number, memberId = 'a'): Promise<void> {
    await (await found()).syncGroup({ groupId: 'stock', memberId, generationId });
    cluster.committedOffsets({ groupId: 'stock' });
  }

  const generationOf = async (broker: ConsumerBroker) => {
    const { responses } = await broker.fetch(FETCH);
    return identityOf(responses[0]!.partitions[0]!.messages[0]!)?.generationId;
  };

  it('marks messages with who fetched them', async () => {
    await joined(3);
    const { responses } = await (await found()).fetch(FETCH);
    const [message] = responses[0]!.partitions[0]!.messages;
    expect(identityOf(message!)).toEqual({ groupId: 'stock', memberId: 'a', generationId: 3 });
    expect(identityOf({ ...message })).toBe(tap.identity);
  });

  it('marks nothing before the consumer has joined', async () => {
    expect(await generationOf(await found())).toBeUndefined();
  });

  it('marks with who it was when the positions were read, also when it joins while a connection is made', async () => {
    await joined(3);
    const fetching = cluster.findBroker({ nodeId: '1' });
    const connect = answer;
    await joined(4);
    connect();
    expect(await generationOf(await fetching)).toBe(3);
    expect(await generationOf(await found())).toBe(4);
  });

  it('is somebody new in the turn in which the old positions are let go of, and no sooner', async () => {
    await joined(3);
    await (await found()).syncGroup({ groupId: 'stock', memberId: 'a', generationId: 4 });
    expect(await generationOf(await found())).toBe(3);
    cluster.committedOffsets({ groupId: 'stock' });
    expect(await generationOf(await found())).toBe(4);
  });

  it('stays the same when it joins the same generation again', async () => {
    await joined(3);
    const { identity } = tap;
    let generations = 0;
    tap.onGeneration(() => generations++);
    await joined(3);
    expect(tap.identity).toBe(identity);
    await joined(3, 'b');
    expect(tap.isCurrent(identity!)).toBe(false);
    expect(generations).toBe(1);
  });

  it('knows nothing of offsets that were asked for positions since let go of', async () => {
    await joined(3);
    const offsets = cluster.fetchTopicsOffset(TOPICS);
    const late = answer;
    await joined(4);
    late();
    expect(await offsets).toEqual([{ topic: 'orders', partitions: [] }]);
    const newer = cluster.fetchTopicsOffset(TOPICS);
    answer();
    expect(await newer).toEqual([{ topic: 'orders', partitions: [{ partition: 0, offset: '9' }] }]);
  });

  it('keeps the highest committed offset of a generation', async () => {
    await joined(3);
    const { identity } = tap;
    const told = (offset: string) => tap.fetchedOffsets([{ topic: 'orders', partitions: [{ partition: 0, offset }] }]);
    told('-1');
    expect(tap.committedOffset('orders', 0)).toBeUndefined();
    told('9');
    tap.noteCommitted(identity!, 'orders', 0, '12');
    told('10');
    expect(tap.committedOffset('orders', 0)).toBe('12');
    await joined(4);
    expect(tap.committedOffset('orders', 0)).toBeUndefined();
    tap.noteCommitted(identity!, 'orders', 0, '13');
    expect(tap.committedOffset('orders', 0)).toBeUndefined();
  });

  it('fetches what was withheld again with a new generation', async () => {
    await joined(3);
    tap.withheld.withhold('orders', 0, Infinity);
    await joined(4);
    expect(await generationOf(await found())).toBe(4);
  });
});
