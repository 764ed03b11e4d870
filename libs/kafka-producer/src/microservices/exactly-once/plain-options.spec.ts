import { Transport } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';

import { InvalidOptionsError } from '../../errors/program.errors.js';
import { EXACTLY_ONCE_TRANSPORT } from '../../decorators/exactly-once-problems.js';
import type { ExactlyOnceTransportOptions } from './plain-options.js';
import { exactlyOnce } from './plain-transport.js';

const GOOD = {
  transport: Transport.KAFKA as Transport.KAFKA,
  options: { client: { brokers: ['localhost:9092'] }, consumer: { groupId: 'stock', sessionTimeout: 9_000 } },
};

/** @returns their paths, or the message when they are told as those of something else */
function problemsOf(given: unknown): unknown {
  try {
    exactlyOnce(given as ExactlyOnceTransportOptions);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    const isOurs = /^exactlyOnce\(\) has \d problems? in its options:/.test(error.message);
    return isOurs ? error.problems.map(({ path }) => path) : error.message;
  }
}

describe('exactlyOnce()', () => {
  it('adds what the decorator needs, and keeps everything else', () => {
    const given = { ...GOOD.options, postfixId: '-x', run: { partitionsConsumedConcurrently: 3 } };
    const { transport, options } = exactlyOnce({ transport: Transport.KAFKA, options: given });
    expect([transport, options]).toEqual([
      Transport.KAFKA,
      {
        ...given,
        consumer: { ...given.consumer, partitionAssigners: [expect.any(Function)] },
        run: { partitionsConsumedConcurrently: 3, autoCommit: false },
        subscribe: { fromBeginning: true },
        [EXACTLY_ONCE_TRANSPORT]: 'plain',
      },
    ]);
  });

  it('neither changes nor keeps what it was given', () => {
    const given = { ...GOOD, options: { ...GOOD.options, redelivery: { maxAttempts: 3 } } };
    const before = structuredClone(given);
    const { options } = exactlyOnce(given);
    expect(given).toEqual(before);
    expect(options).not.toHaveProperty('redelivery');
    expect(options!.consumer).not.toBe(given.options.consumer);
  });

  it('keeps one assigner for each that was given', () => {
    const assigners = [() => ({}), () => ({})] as never[];
    const { options } = exactlyOnce({
      ...GOOD,
      options: { ...GOOD.options, consumer: { groupId: 'stock', partitionAssigners: assigners } },
    });
    expect(options!.consumer!.partitionAssigners).toHaveLength(2);
  });

  it.each([
    ['transport', { ...GOOD, transport: Transport.TCP }],
    ['transport', { options: GOOD.options }],
    ['options.consumer.groupId', { ...GOOD, options: { client: {} } }],
    ['options.consumer.groupId', { transport: Transport.KAFKA }],
    ['options.consumer.readUncommitted', { ...GOOD, options: { consumer: { groupId: 'g', readUncommitted: true } } }],
    ['options.producerOnlyMode', { ...GOOD, options: { ...GOOD.options, producerOnlyMode: true } }],
    ['options.run.autoCommit', { ...GOOD, options: { ...GOOD.options, run: { autoCommit: true } } }],
    ['options.run.autoCommitInterval', { ...GOOD, options: { ...GOOD.options, run: { autoCommitInterval: 5 } } }],
    ['options.run.autoCommitThreshold', { ...GOOD, options: { ...GOOD.options, run: { autoCommitThreshold: 5 } } }],
    ['options.run.eachBatch', { ...GOOD, options: { ...GOOD.options, run: { eachBatch: () => {} } } }],
    ['options.run.eachMessage', { ...GOOD, options: { ...GOOD.options, run: { eachMessage: () => {} } } }],
    ['options.subscribe.fromBeginning', { ...GOOD, options: { ...GOOD.options, subscribe: { fromBeginning: false } } }],
    ['options.redelivery.maxAttempts', { ...GOOD, options: { ...GOOD.options, redelivery: { maxAttempts: 0 } } }],
  ])('refuses %s in %j', (path, given) => {
    expect(problemsOf(given)).toEqual([path]);
  });

  it('tells all problems at once', () => {
    const options = { run: { autoCommit: true }, subscribe: { fromBeginning: false }, redelivery: { backoffMs: -1 } };
    expect(problemsOf({ transport: Transport.TCP, options })).toEqual([
      'transport',
      'options.consumer.groupId',
      'options.run.autoCommit',
      'options.subscribe.fromBeginning',
      'options.redelivery.backoffMs',
    ]);
    expect(problemsOf(undefined)).toEqual(['transport', 'options.consumer.groupId']);
  });

  it('takes the values it would set itself, and false for auto-commit intervals nobody wants', () => {
    const run = { autoCommit: false, autoCommitInterval: null, autoCommitThreshold: null };
    const options = { ...GOOD.options, run, subscribe: { fromBeginning: true } };
    expect(problemsOf({ ...GOOD, options })).toEqual([]);
  });
});
