import { describe, expect, it } from 'vitest';

import { testPipeline, track, type TestPipeline, type Tracked } from '../pipeline/spec-support/test-pipeline.js';

const INVALID_TIMESTAMP = 32;
const INVALID_RECORD = 87;

interface RecordError {
  batchIndex: number;
  batchIndexErrorMessage: string | null;
}

async function sendTogether({ pipeline, clock }: TestPipeline, count: number): Promise<Tracked<unknown>[]> {
  const sent = Array.from({ length: count }, (_, i) => track(pipeline.send({ topic: 't', value: `v${i}` })));
  await clock.settle();
  return sent;
}

function refuse({ cluster }: TestPipeline, errorCode: number, recordErrors: RecordError[]): void {
  cluster.takeOne().answer(() => ({ errorCode, baseOffset: -1, errorMessage: 'of the batch.', recordErrors }));
}

describe('a batch of which the broker names the bad records', () => {
  it('fails the bad one with its own message, and the others as its neighbours', async () => {
    const test = testPipeline();
    const sent = await sendTogether(test, 3);
    refuse(test, INVALID_TIMESTAMP, [
      { batchIndex: 1, batchIndexErrorMessage: 'Timestamp 0 of message is out of range.' },
    ]);
    await test.clock.settle();
    expect(sent.map(({ error }) => (error as Error).message)).toEqual([
      expect.stringContaining('another record of its batch was refused and it was not, so it may be sent again'),
      expect.stringContaining('INVALID_TIMESTAMP (32): Timestamp 0 of message is out of range after 1 attempt'),
      expect.stringContaining('another record of its batch was refused'),
    ]);
    for (const { error } of sent) expect(error).toMatchObject({ name: 'DeliveryRejectedError', persisted: 'no' });
    expect(test.failures).toEqual([sent[1]!.error]);
  });

  it('says of several bad ones only what was said of each', async () => {
    const test = testPipeline();
    const sent = await sendTogether(test, 3);
    refuse(test, INVALID_TIMESTAMP, [
      { batchIndex: 0, batchIndexErrorMessage: 'no key' },
      { batchIndex: 2, batchIndexErrorMessage: null },
    ]);
    await test.clock.settle();
    expect(sent.map(({ error }) => error)).toMatchObject([
      { errorCode: INVALID_RECORD, message: expect.stringContaining('no key') },
      { errorCode: INVALID_TIMESTAMP, message: expect.stringContaining('2 other records of its batch were refused') },
      { errorCode: INVALID_RECORD, message: expect.stringContaining('of the batch') },
    ]);
  });

  it('tells a bulk which of its records it was', async () => {
    const test = testPipeline();
    const all = track(test.pipeline.sendAll(['a', 'b'].map((value) => ({ topic: 't', value }))));
    await test.clock.settle();
    refuse(test, INVALID_RECORD, [{ batchIndex: 1, batchIndexErrorMessage: 'no key' }]);
    await test.clock.settle();
    expect(all.error).toMatchObject({
      results: [
        { reason: { message: expect.stringContaining('another record') } },
        { reason: { message: expect.stringContaining('no key') } },
      ],
    });
  });

  it('does not promise that a record may be sent again when an earlier attempt may have been appended', async () => {
    const test = testPipeline();
    const sent = await sendTogether(test, 2);
    test.cluster.takeOne().lose();
    await test.clock.advance(2_000);
    refuse(test, INVALID_RECORD, [{ batchIndex: 0, batchIndexErrorMessage: 'no key' }]);
    await test.clock.settle();
    for (const { error } of sent) expect(error).toMatchObject({ persisted: 'possibly' });
    expect((sent[1]!.error as Error).message).not.toContain('may be sent again');
  });
});
