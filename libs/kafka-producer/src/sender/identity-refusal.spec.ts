import { describe, expect, it } from 'vitest';

import { UnsupportedVersionError } from '../cluster/cluster.errors.js';
import { sendAlone, testPipeline } from '../pipeline/spec-support/test-pipeline.js';

const UNKNOWN_SERVER_ERROR = -1;
const COORDINATOR_LOAD_IN_PROGRESS = 14;
const CLUSTER_AUTHORIZATION_FAILED = 31;
const INVALID_REQUEST = 42;
const INVALID_PRODUCER_EPOCH = 47;

const answer = (errorCode: number) => Promise.resolve({ errorCode, producerId: Buffer.alloc(8), producerEpoch: 0 });
const tooOld = () =>
  Promise.reject(
    new UnsupportedVersionError({ broker: 'b', api: 'InitProducerId', needed: { min: 0, max: 4 }, offered: undefined }),
  );

describe('a producer id that is not given', () => {
  it.each([
    {
      why: 'for lack of rights',
      ask: () => answer(CLUSTER_AUTHORIZATION_FAILED),
      expected: { name: 'AuthorizationError', resource: 'cluster', operation: 'IdempotentWrite' },
    },
    {
      why: 'for another reason',
      ask: () => answer(INVALID_REQUEST),
      expected: { name: 'DeliveryRejectedError', errorName: 'INVALID_REQUEST', errorCode: 42, persisted: 'no' },
    },
    {
      why: 'because brokers are too old',
      ask: tooOld,
      expected: {
        name: 'DeliveryRejectedError',
        errorName: 'UNSUPPORTED_VERSION',
        persisted: 'no',
        message: expect.stringContaining('broker b does not offer it. Brokers from Kafka 2.6 on are supported'),
      },
    },
  ])('$why fails what waits for it and says why', async ({ ask, expected }) => {
    const test = testPipeline();
    test.cluster.onInitProducerId = ask;
    const sent = await sendAlone(test, 'a');
    expect(sent.error).toMatchObject(expected);
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('fails also what was sent before under an identity that is over', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    test.cluster.onInitProducerId = () => answer(CLUSTER_AUTHORIZATION_FAILED);
    test.cluster.takeOne().refuse(INVALID_PRODUCER_EPOCH);
    await test.clock.advance(2_000);
    expect(sent.error).toMatchObject({ name: 'AuthorizationError' });
    expect(test.clock.pendingTimers).toBe(0);
  });

  it.each([UNKNOWN_SERVER_ERROR, COORDINATOR_LOAD_IN_PROGRESS])(
    'with %i is asked for again, after a pause',
    async (code) => {
      const test = testPipeline();
      const given = test.cluster.onInitProducerId;
      test.cluster.onInitProducerId = () => answer(code);
      const sent = await sendAlone(test, 'a');
      test.cluster.onInitProducerId = given;
      expect([sent.state, test.cluster.received]).toEqual(['pending', []]);
      await test.clock.advance(120);
      test.cluster.takeOne().acknowledge(0);
      await test.clock.settle();
      expect(sent.state).toBe('resolved');
    },
  );
});

describe('a produce request that a broker is too old for', () => {
  it('fails its records and says why, instead of trying again', async () => {
    const test = testPipeline();
    const sent = await sendAlone(test, 'a');
    const versions = { needed: { min: 3, max: 12 }, offered: { min: 0, max: 2 } };
    test.cluster.takeOne().settle.lose(new UnsupportedVersionError({ broker: 'b', api: 'Produce', ...versions }));
    await test.clock.settle();
    expect(sent.error).toMatchObject({ errorName: 'UNSUPPORTED_VERSION', persisted: 'no', attempts: 1 });
    expect(test.cluster.received).toHaveLength(0);
  });
});
