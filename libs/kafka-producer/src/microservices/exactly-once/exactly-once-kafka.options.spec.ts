import { PartitionAssigners } from 'kafkajs';
import { describe, expect, it } from 'vitest';

import { InvalidOptionsError, type OptionProblem } from '../../errors/program.errors.js';
import { lendClient } from '../../kafka-producer.client-settings.js';
import type { KafkaProducerService } from '../../kafka-producer.service.js';
import { exactlyOnceSettings, type ExactlyOnceKafkaOptions } from './exactly-once-kafka.options.js';

const CLIENT = { clientId: 'orders', brokers: ['kafka:9092'] };
const newProducer = () => ({ transaction: async () => undefined }) as unknown as KafkaProducerService;
const unlent = newProducer();
const producer = lendClient(newProducer(), CLIENT);
const GOOD: ExactlyOnceKafkaOptions = { producer, consumer: { groupId: 'stock' } };

function problemsOf(options: object): readonly OptionProblem[] {
  try {
    exactlyOnceSettings({ ...GOOD, ...options });
    return [];
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
}

describe('the options of the exactly-once server', () => {
  it('borrow the client of the producer, and leave nothing to kafkajs that a unit does', () => {
    const { transport, maxMessagesPerUnit } = exactlyOnceSettings(GOOD);
    expect(transport).toMatchObject({
      client: CLIENT,
      consumer: { groupId: 'stock', partitionAssigners: [expect.any(Function)] },
      subscribe: { fromBeginning: true },
      run: { autoCommit: false, eachBatchAutoResolve: false },
    });
    expect(transport).not.toHaveProperty('producer');
    expect(maxMessagesPerUnit).toBe(1);
  });

  it("keep what is Nest's and kafkajs' own, and are not written to", () => {
    const given = {
      ...GOOD,
      client: { brokers: ['other:9092'] },
      consumer: Object.freeze({
        groupId: 'stock',
        sessionTimeout: 9_000,
        partitionAssigners: [PartitionAssigners.roundRobin] as never[],
      }),
      run: Object.freeze({ partitionsConsumedConcurrently: 3, autoCommit: false }),
      postfixId: '',
      parser: { keepBinary: true },
    };
    const { transport } = exactlyOnceSettings(Object.freeze(given));
    expect(transport).toMatchObject({
      client: { brokers: ['other:9092'] },
      consumer: { sessionTimeout: 9_000 },
      run: { partitionsConsumedConcurrently: 3 },
      postfixId: '',
      parser: { keepBinary: true },
    });
    expect(transport.consumer!.partitionAssigners).not.toEqual(given.consumer.partitionAssigners);
  });

  it.each([
    ['no producer', { producer: undefined }, 'producer', /have it injected/],
    ['a producer that cannot tell its brokers', { producer: unlent }, 'client', /is required/],
    ['no group', { consumer: {} }, 'consumer.groupId', /must name the consumer group/],
    ['no consumer', { consumer: undefined }, 'consumer.groupId', /must name the consumer group/],
    [
      'records of aborted transactions',
      { consumer: { groupId: 'g', readUncommitted: true } },
      'consumer.readUncommitted',
      /aborted/,
    ],
    [
      'a group that begins at the end',
      { subscribe: { fromBeginning: false } },
      'subscribe.fromBeginning',
      /--to-latest/,
    ],
    ['auto-commit', { run: { autoCommit: true } }, 'run.autoCommit', /committed by the unit/],
    ['its interval', { run: { autoCommitInterval: 5_000 } }, 'run.autoCommitInterval', /committed by the unit/],
    ['its threshold', { run: { autoCommitThreshold: 100 } }, 'run.autoCommitThreshold', /committed by the unit/],
    ['auto-resolve', { run: { eachBatchAutoResolve: true } }, 'run.eachBatchAutoResolve', /would not be fetched again/],
    [
      'a handler for messages',
      { run: { eachMessage: async () => undefined } },
      'run.eachMessage',
      /handlers of the application/,
    ],
    [
      'a handler for batches',
      { run: { eachBatch: async () => undefined } },
      'run.eachBatch',
      /handlers of the application/,
    ],
    ['options for replies', { send: { acks: 1 } }, 'send', /sent by the producer/],
    ['a consumer that does not consume', { producerOnlyMode: true }, 'producerOnlyMode', /is a consumer/],
    ['units of no message', { maxMessagesPerUnit: 0 }, 'maxMessagesPerUnit', /from 1 to 10000, got 0/],
    ['a wrong redelivery', { redelivery: { maxAttempts: 0 } }, 'redelivery.maxAttempts', /got 0/],
  ])('refuse %s', (_what, options, path, message) => {
    expect(problemsOf(options)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('tell all problems at once, and whose they are', () => {
    const make = () => exactlyOnceSettings({ consumer: {} } as never);
    expect(make).toThrow(/^ExactlyOnceKafkaServer has 2 problems in its options/);
  });
});
