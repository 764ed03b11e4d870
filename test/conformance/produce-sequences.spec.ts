import { apis, encodeRecordBatch, type RecordBatchInput } from 'kafka-wire';
import { expect, it } from 'vitest';

import { someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { newProducerId, outcomeOf, produceRaw } from '../support/produced-partition.js';
import { rawRequest } from '../support/raw-request.js';

describeOnEachKafka('sequences of producers', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  /** Produces as one producer: `[base sequence, records, epoch]`, and gives the outcomes. */
  async function producer() {
    const producerId = await newProducerId(address());
    const batch = (baseSequence: number, records: RecordBatchInput['records'], producerEpoch = 0) =>
      encodeRecordBatch({ records, producer: { producerId, producerEpoch, baseSequence } });
    const send = async (topic: string, baseSequence: number, records: RecordBatchInput['records'], producerEpoch = 0) =>
      produceRaw(address(), { topic, records: await batch(baseSequence, records, producerEpoch) });
    return { batch, send };
  }

  it('do not look at what the records are: the same range with other content is a repeat', async () => {
    const topic = await kafka().createTopic();
    const { send } = await producer();
    const outcomes = [
      outcomeOf(await send(topic, 0, someRecords(3))),
      outcomeOf(await send(topic, 0, someRecords(3, { key: 'other', value: 'other', headers: [] }))),
      outcomeOf(await send(topic, 3, someRecords(1))),
    ];
    expect(outcomes).toEqual([0, 0, 3]);
  });

  it('answer a repeat with the time and place of the original', async () => {
    const topic = await kafka().createTopic();
    const { send } = await producer();
    const timestamp = Date.now() - 5_000;
    await send(topic, 0, someRecords(2, { timestamp }));
    const first = await send(topic, 2, someRecords(2, { timestamp }));
    const repeat = await send(topic, 2, someRecords(2, { timestamp }));
    expect([first.baseOffset, first.logAppendTimeMs]).toEqual([2, -1]);
    expect([repeat.baseOffset, repeat.logAppendTimeMs, repeat.logStartOffset]).toEqual([2, timestamp, 0]);
  });

  it('are taken from both halves of a batch that was split', async () => {
    const topic = await kafka().createTopic({ configs: { 'max.message.bytes': '400' } });
    const { send } = await producer();
    const ten = someRecords(10, { value: 'v'.repeat(30) });
    const outcomes = [
      outcomeOf(await send(topic, 0, ten)),
      outcomeOf(await send(topic, 0, ten.slice(0, 5))),
      outcomeOf(await send(topic, 5, ten.slice(5))),
      outcomeOf(await send(topic, 5, ten.slice(5))),
    ];
    expect(outcomes).toEqual(['MESSAGE_TOO_LARGE', 0, 5, 5]);
  });

  it.each([
    ['a key that is missing', { 'cleanup.policy': 'compact' }, { key: null }, 'INVALID_RECORD'],
    ['a time that is wrong', { 'message.timestamp.before.max.ms': '3600000' }, { timestamp: 1 }, 'INVALID_TIMESTAMP'],
  ])(
    'are not used up by a batch with %s, and a repeat of it is refused for the same',
    async (_name, configs, wrong, error) => {
      const topic = await kafka().createTopic({ configs });
      const { send } = await producer();
      const outcomes = [
        outcomeOf(await send(topic, 0, someRecords(2, wrong))),
        outcomeOf(await send(topic, 0, someRecords(2, wrong))),
        outcomeOf(await send(topic, 2, someRecords(1))),
        outcomeOf(await send(topic, 0, someRecords(1))),
      ];
      // A partition that knows nothing of a producer takes any first sequence: what follows a refused batch too.
      expect(outcomes).toEqual([error, error, 0, 'OUT_OF_ORDER_SEQUENCE_NUMBER']);
    },
  );

  it('leave a pipelined successor out of order when a batch is refused', async () => {
    const topic = await kafka().createTopic({ configs: { 'cleanup.policy': 'compact' } });
    const { send } = await producer();
    const outcomes = [
      outcomeOf(await send(topic, 0, someRecords(1))),
      outcomeOf(await send(topic, 1, someRecords(2, { key: null }))),
      outcomeOf(await send(topic, 3, someRecords(1))),
      outcomeOf(await send(topic, 1, someRecords(1))),
    ];
    expect(outcomes).toEqual([0, 'INVALID_RECORD', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 1]);
  });

  it('of an unknown producer may begin anywhere, at any epoch', async () => {
    const topic = await kafka().createTopic();
    const { send } = await producer();
    expect(outcomeOf(await send(topic, 4711, someRecords(1), 12))).toBe(0);
    expect(outcomeOf(await send(topic, 4712, someRecords(1), 12))).toBe(1);
    expect(outcomeOf(await send(topic, 4713, someRecords(1), 11))).toBe('INVALID_PRODUCER_EPOCH');
  });

  it('are kept per partition', async () => {
    const topic = await kafka().createTopic({ partitions: 2 });
    const { batch } = await producer();
    const records = await batch(0, someRecords(1));
    const outcomes = [0, 1, 1, 0].map((index) => produceRaw(address(), { topic, records, index }).then(outcomeOf));
    expect(await Promise.all(outcomes)).toEqual([0, 0, 0, 0]);
    const next = await batch(1, someRecords(1));
    expect(outcomeOf(await produceRaw(address(), { topic, records: next, index: 1 }))).toBe(1);
  });

  it('are known even when the records are deleted', async () => {
    const topic = await kafka().createTopic();
    const { send } = await producer();
    const records = someRecords(2);
    await send(topic, 0, records);
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset: -1 }] }];
    await rawRequest(address(), apis.DeleteRecords, 2, { topics, timeoutMs: 5000 });
    const repeat = await send(topic, 0, records);
    expect([outcomeOf(repeat), repeat.logStartOffset]).toEqual([0, 2]);
    expect(outcomeOf(await send(topic, 7, records))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(outcomeOf(await send(topic, 2, records))).toBe(2);
  });

  it('are refused without a sign of where in the log when they are out of order', async () => {
    const topic = await kafka().createTopic();
    const { send } = await producer();
    await send(topic, 0, someRecords(1));
    expect(await send(topic, 5, someRecords(1))).toMatchObject({
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: 0,
      recordErrors: [],
      errorMessage: null,
    });
  });
});
