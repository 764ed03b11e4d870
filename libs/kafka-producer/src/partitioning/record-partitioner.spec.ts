import { SizedRecord } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { UnknownTopicError } from '../errors/cluster-side.errors.js';
import { InvalidRecordError } from '../errors/record.errors.js';
import { SerializedRecord } from '../record/serialized-record.js';
import { partitionOfKey } from './key-partition.js';
import type { PartitionableRecord, Partitioner } from './partitioner.js';
import { RecordPartitioner } from './record-partitioner.js';
import { topicWithLeaders } from './spec-support/topic-with-leaders.js';

const TOPIC = topicWithLeaders([1, 1, -1, 1]);
const KEYLESS_CHOICE = 3;

function record({ key = null, partition }: { key?: string | Uint8Array | null; partition?: number }): SerializedRecord {
  return new SerializedRecord('t', partition, new SizedRecord(key, 'v', 0));
}

function partitioner(kind: 'sticky' | 'round-robin' | Partitioner = 'sticky'): RecordPartitioner {
  return new RecordPartitioner({ partitioner: kind, batchSizeBytes: 1_000, random: () => 0.99 });
}

describe('the partition of a record', () => {
  const custom: Partitioner = { partition: () => 1 };

  it.each([
    { name: 'its own, before everything else', given: { partition: 2, key: 'k' }, kind: custom, expected: 2 },
    { name: "the custom partitioner's, before the key's", given: { key: 'k' }, kind: custom, expected: 1 },
    { name: "the custom partitioner's, without a key", given: {}, kind: custom, expected: 1 },
    {
      name: "its key's, with or without a leader",
      given: { key: 'k' },
      kind: 'sticky' as const,
      expected: partitionOfKey('k', 1, 4),
    },
    {
      name: "its key's, whatever the keyless strategy",
      given: { key: 'k' },
      kind: 'round-robin' as const,
      expected: partitionOfKey('k', 1, 4),
    },
    { name: "the keyless strategy's", given: {}, kind: 'sticky' as const, expected: KEYLESS_CHOICE },
    { name: 'the next in turn', given: {}, kind: 'round-robin' as const, expected: 0 },
  ])('is $name', ({ given, kind, expected }) => {
    expect(partitioner(kind).choose(record(given), TOPIC)).toBe(expected);
  });

  it('is that of an empty key, which is a key', () => {
    expect(partitioner().choose(record({ key: '' }), TOPIC)).toBe(partitionOfKey('', 0, 4));
  });

  it('is refused when the topic does not have it', () => {
    const choose = (): number => partitioner().choose(record({ partition: 4 }), TOPIC);
    expect(choose).toThrow(UnknownTopicError);
    expect(choose).toThrow("Topic 't' has no partition 4, the topic has 4 (0 to 3)");
  });

  it.each([-1, 4, 0.5, Number.NaN, '1', undefined])('is refused when a custom partitioner returns %s', (choice) => {
    const wrong = { partition: () => choice as number };
    expect(() => partitioner(wrong).choose(record({}), TOPIC)).toThrow(InvalidRecordError);
  });

  it('is refused when a custom partitioner throws', () => {
    const broken: Partitioner = {
      partition: () => {
        throw new RangeError('no such tenant');
      },
    };
    expect(() => partitioner(broken).choose(record({}), TOPIC)).toThrow(/no such tenant/);
  });

  it('is chosen by a custom partitioner from the bytes of the key', () => {
    const seen: PartitionableRecord[] = [];
    const curious: Partitioner = {
      partition: (given) => {
        seen.push(given);
        return 0;
      },
    };
    partitioner(curious).choose(record({ key: 'é' }), TOPIC);
    expect(seen).toMatchObject([{ topic: 't', key: Buffer.from('é'), value: 'v', headers: [] }]);
  });

  it('is told to the keyless strategy only when that made the choice', () => {
    const sticky = partitioner();
    expect(sticky.isKeyless(record({}))).toBe(true);
    for (const given of [{ key: 'k' }, { key: '' }, { partition: 0 }]) {
      expect(sticky.isKeyless(record(given))).toBe(false);
    }
    expect(partitioner(custom).isKeyless(record({}))).toBe(false);
  });
});
