import { errorName, type CompressionType } from 'kafka-wire';
import { expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { outcomeOf, produceRaw } from '../support/produced-partition.js';

const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const HOUR_MS = 3_600_000;

describeOnEachKafka('batches refused because of some of their records', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  it.each(TYPES)('name every record without a key of a compacted topic, with %s', async (type) => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact' } });
    const records = await batchOf([...someRecords(1), ...someRecords(4, { key: null })], type);
    const answer = await produceRaw(address(), { topic, records });
    const batchIndexErrorMessage = `Compacted topic cannot accept message without key in topic partition ${topic}-0`;
    const errors = [1, 2, 3, 4].map((batchIndex) => ({ batchIndex, batchIndexErrorMessage }));
    expect(answer).toMatchObject({ baseOffset: -1, logAppendTimeMs: -1, logStartOffset: 0, recordErrors: errors });
    expect(errorName(answer.errorCode)).toBe('INVALID_RECORD');
    const named = errors
      .slice(0, 3)
      .map((it) => `RecordError(batchIndex=${it.batchIndex}, message='${batchIndexErrorMessage}')`);
    expect(answer.errorMessage).toBe(
      `One or more records have been rejected due to 4 record errors in total, and only showing the first three errors at most: [${named.join(', ')}]`,
    );
  });

  it.each(TYPES)('name every record of a wrong time, with %s', async (type) => {
    const limits = { 'message.timestamp.before.max.ms': `${HOUR_MS}`, 'message.timestamp.after.max.ms': `${HOUR_MS}` };
    const topic = await kafka().createTopic({ configs: limits });
    const now = Date.now();
    const times = [now, now - 2 * HOUR_MS, now, now + 2 * HOUR_MS, -1];
    const records = await batchOf(
      times.map((timestamp) => ({ value: 'x', timestamp })),
      type,
    );
    const answer = await produceRaw(address(), { topic, records });
    expect([errorName(answer.errorCode), answer.recordErrors.map(({ batchIndex }) => batchIndex)]).toEqual([
      'INVALID_TIMESTAMP',
      [1, 3],
    ]);
    expect(answer.recordErrors[1]?.batchIndexErrorMessage).toMatch(
      new RegExp(
        `^Timestamp ${now + 2 * HOUR_MS} of message with offset 3 is out of range. The timestamp should be within \\[\\d+, \\d+\\]$`,
      ),
    );
    expect(answer.errorMessage).toBe('One or more records have been rejected due to invalid timestamp');
  });

  it('are refused for the time when they lack keys too, and name both', async () => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact,delete' } });
    const records = await batchOf([
      ...someRecords(1, { key: null }),
      ...someRecords(1, { timestamp: Date.now() + 2 * HOUR_MS }),
    ]);
    const answer = await produceRaw(address(), { topic, records });
    expect([errorName(answer.errorCode), answer.recordErrors.map(({ batchIndex }) => batchIndex)]).toEqual([
      'INVALID_TIMESTAMP',
      [0, 1],
    ]);
  });

  it('name no record before version 8, nor when the batch is too large', async () => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact', 'max.message.bytes': '500' } });
    const keyless = await batchOf(someRecords(2, { key: null }));
    const large = await batchOf(someRecords(50, { key: null }));
    const answers = [
      await produceRaw(address(), { topic, records: keyless, version: 7 }),
      await produceRaw(address(), { topic, records: large }),
    ];
    expect(answers.map((it) => [outcomeOf(it), it.recordErrors, it.errorMessage])).toEqual([
      ['INVALID_RECORD', [], null],
      ['MESSAGE_TOO_LARGE', [], null],
    ]);
  });

  it('do not hinder the batch after them', async () => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact' } });
    await produceRaw(address(), { topic, records: await batchOf(someRecords(2, { key: null })) });
    expect(outcomeOf(await produceRaw(address(), { topic, records: await batchOf(someRecords(2)) }))).toBe(0);
  });
});
