import { describe, expect, it } from 'vitest';

import { MetadataCache } from './metadata-cache.js';
import { addTopic, clusterOnClock } from './spec-support/cluster-on-clock.js';

describe('MetadataCache', () => {
  it('hears of a new topic broker by broker, named before it is led', () => {
    const { clock, cluster } = clusterOnClock(3, { topicPropagationMs: 60 });
    const { id } = cluster.topic(addTopic(cluster, 'orders').topic.name) ?? { id: '' };
    const standings = () => [1, 2, 3].map((node) => cluster.propagation.standing(node, id)).toSorted();
    expect(standings()).toEqual(['unknown', 'unknown', 'unknown']);
    clock.advance(10);
    expect(standings()).toEqual(['known', 'unknown', 'unknown']);
    clock.advance(20);
    expect(standings()).toEqual(['known', 'served', 'unknown']);
    clock.advance(30);
    expect(standings()).toEqual(['served', 'served', 'served']);
    expect(new MetadataCache(1, cluster).topics.map(({ name }) => name)).toEqual(['orders']);
  });

  it('still names a deleted topic for a while, then the new one of that name', () => {
    const { clock, cluster } = clusterOnClock(1, { topicPropagationMs: 60 });
    addTopic(cluster, 'orders');
    clock.advance(60);
    const cache = new MetadataCache(1, cluster);
    const old = cache.topic('orders');
    cluster.deleteTopic('orders');
    addTopic(cluster, 'orders');
    expect([cache.topic('orders'), cache.topicById(old?.id ?? ''), cache.topics]).toEqual([old, old, [old]]);
    clock.advance(60);
    expect(cache.topic('orders')?.id).toBe(cluster.topic('orders')?.id);
    expect(cache.topicById(old?.id ?? '')).toBeUndefined();
  });

  it('believes what it believed while it is frozen', () => {
    const { cluster } = clusterOnClock();
    addTopic(cluster, 'orders');
    const cache = new MetadataCache(3, cluster);
    cache.freeze();
    cluster.brokerDown(1);
    addTopic(cluster, 'later');
    expect([cache.partition('orders', 0)?.leader, cache.topic('later'), cache.nodes.length]).toEqual([1, undefined, 3]);
    cache.thaw();
    expect([cache.partition('orders', 0)?.leader, cache.topic('later')?.name, cache.nodes.length]).toEqual([
      2,
      'later',
      2,
    ]);
  });

  it('names the controller a test chose as long as it is up', () => {
    const { cluster } = clusterOnClock();
    const cache = new MetadataCache(1, cluster);
    expect(cache.controllerId).toBe(1);
    cluster.moveController(3);
    expect(cache.controllerId).toBe(3);
    cluster.brokerDown(3);
    expect(cache.controllerId).toBe(1);
    expect(() => cluster.moveController(3)).toThrow('broker 3 is not up');
  });
});
