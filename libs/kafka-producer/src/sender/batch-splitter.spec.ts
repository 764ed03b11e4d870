import { describe, expect, it } from 'vitest';

import { testPipeline, track, warmPipeline } from '../pipeline/spec-support/test-pipeline.js';

const MESSAGE_TOO_LARGE = 10;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const LIMIT_BYTES = 1_000;

describe('a batch the broker finds too large', () => {
  it('is divided until only the record that is too large itself fails, and the order is kept', async () => {
    const { pipeline, cluster, clock, failures } = testPipeline();
    const values = ['a', 'b', 'x'.repeat(LIMIT_BYTES), 'c', 'd'];
    const sent = values.map((value) => track(pipeline.send({ topic: 't', value })));
    const flushed = track(pipeline.flush());
    let nextOffset = 0;
    for (let round = 0; round < 20; round++) {
      await clock.advance(1_000);
      for (const request of cluster.take()) {
        request.answer(({ bytes, recordCount, sequence }) => {
          if (bytes.length > LIMIT_BYTES) return { errorCode: MESSAGE_TOO_LARGE };
          if (sequence !== 0 && nextOffset === 0) return { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER };
          nextOffset += recordCount;
          return { baseOffset: nextOffset - recordCount };
        });
      }
    }
    expect(sent.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'rejected', 'resolved', 'resolved']);
    expect(sent.map(({ value }) => value?.offset)).toEqual(['0', '1', undefined, '2', '3']);
    expect(sent[2]!.error).toMatchObject({ name: 'RecordTooLargeError', limit: 'max.message.bytes' });
    expect(failures).toHaveLength(1);
    expect(flushed.state).toBe('resolved');
    expect(pipeline.stats()).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the order when its parts are too large as well', async () => {
    const { pipeline, cluster, clock } = await warmPipeline();
    const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const sent = track(pipeline.sendAll(values.map((value) => ({ topic: 't', value }))));
    let nextOffset = 1;
    for (let round = 0; round < 20 && sent.state === 'pending'; round++) {
      await clock.advance(1_000);
      for (const request of cluster.take()) {
        request.answer(({ recordCount }) =>
          recordCount > 1 ? { errorCode: MESSAGE_TOO_LARGE } : { baseOffset: nextOffset++ },
        );
        await clock.settle();
      }
    }
    expect(sent.value?.map(({ offset }) => offset)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });

  it('lets nothing overtake its parts', async () => {
    const { pipeline, cluster, clock } = await warmPipeline();
    void pipeline.sendAll(['a', 'b'].map((value) => ({ topic: 't', value })));
    await clock.settle();
    void pipeline.send({ topic: 't', value: 'behind' });
    await clock.settle();
    const [large, behind] = cluster.take();
    large!.refuse(MESSAGE_TOO_LARGE);
    await clock.settle();
    expect(cluster.received).toHaveLength(0);
    behind!.refuse(OUT_OF_ORDER_SEQUENCE_NUMBER);
    await clock.advance(1_000);
    const again = cluster.take().flatMap(({ batches }) => batches);
    expect(again.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(again.map(({ bytes }) => ['a', 'b', 'behind'].findLast((value) => bytes.includes(value)))).toEqual([
      'a',
      'b',
      'behind',
    ]);
  });
});
