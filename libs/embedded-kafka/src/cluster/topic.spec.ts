import { describe, expect, it } from 'vitest';
import { Topic } from './topic.js';

describe('Topic', () => {
  it('has other settings as soon as it is reconfigured, and the defaults where none are given', () => {
    const topic = new Topic('orders', 'id', [[1]], new Map([['max.message.bytes', '500']]));
    expect([topic.batchLimits.maxMessageBytes, topic.minInSyncReplicas]).toEqual([500, 1]);
    topic.reconfigure(new Map([['min.insync.replicas', '2']]));
    expect([topic.batchLimits.maxMessageBytes, topic.minInSyncReplicas]).toEqual([1_048_588, 2]);
    expect([...topic.configs.keys()]).toEqual(['min.insync.replicas']);
  });

  it('tells those who wait that the settings are others', () => {
    const topic = new Topic('orders', 'id', [[1]], new Map());
    let calls = 0;
    topic.partitions[0]?.watchers.add(() => calls++);
    topic.reconfigure(new Map());
    expect(calls).toBe(1);
  });
});
