import { createRequire } from 'node:module';

import { Kafka, logLevel, PartitionAssigners, type PartitionAssigner } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { InvalidOptionsError } from '../../errors/program.errors.js';
import { consumerIdentityTap, consumerTapOf } from './consumer-identity-tap.js';

const kafka = new Kafka({ brokers: ['localhost:1'], logLevel: logLevel.NOTHING });

describe('the tap of a kafkajs consumer', () => {
  it('is found at its consumer, and at no other', () => {
    const consumer = kafka.consumer({ groupId: 'stock', partitionAssigners: consumerIdentityTap() });
    const other = kafka.consumer({ groupId: 'stock', partitionAssigners: consumerIdentityTap() });
    expect(consumerTapOf(consumer)).toMatchObject({ groupId: 'stock', identity: undefined });
    expect(consumerTapOf(other)).not.toBe(consumerTapOf(consumer));
    expect(consumerTapOf(kafka.consumer({ groupId: 'stock' }))).toBeUndefined();
  });

  it('is one, however many assigners the consumer has, and they are asked as without it', () => {
    const asked: object[] = [];
    const assigner: PartitionAssigner = (config) => {
      asked.push(config.cluster);
      return PartitionAssigners.roundRobin(config);
    };
    const consumer = kafka.consumer({
      groupId: 'stock',
      partitionAssigners: consumerIdentityTap([assigner, assigner]),
    });
    expect(consumerTapOf(consumer)).toBeDefined();
    expect(asked).toHaveLength(2);
  });

  it('refuses a consumer of another copy of kafkajs, and says how to have one', () => {
    const copy = anotherCopy();
    const client = new copy.Kafka({ brokers: ['localhost:1'], logLevel: logLevel.NOTHING });
    const make = () => client.consumer({ groupId: 'stock', partitionAssigners: consumerIdentityTap() });
    expect(make).toThrow(InvalidOptionsError);
    expect(make).toThrow(/The consumer of group 'stock' .*another copy of kafkajs.*npm ls kafkajs/s);
  });

  it('refuses a kafkajs whose parts have other names', () => {
    const [assigner] = consumerIdentityTap();
    const consumer = kafka.consumer({
      groupId: 'stock',
      partitionAssigners: [
        (config) => {
          const changed = Object.create(config.cluster, {
            fetchTopicsOffset: { value: undefined },
          }) as typeof config.cluster;
          expect(() => assigner!({ ...config, cluster: changed })).toThrow(
            /no fetchTopicsOffset any more.*kafkajs ~2.2.4/s,
          );
          return PartitionAssigners.roundRobin(config);
        },
      ],
    });
    expect(consumerTapOf(consumer)).toBeUndefined();
  });
});

/** Loaded once more, beside the one that is there. */
function anotherCopy(): typeof import('kafkajs') {
  const load = createRequire(import.meta.url);
  const root = load.resolve('kafkajs');
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  const ours = Object.entries(load.cache).filter(([file]) => file.startsWith(folder));
  for (const [file] of ours) delete load.cache[file];
  const copy = load('kafkajs') as typeof import('kafkajs');
  for (const [file, module] of ours) load.cache[file] = module;
  return copy;
}
