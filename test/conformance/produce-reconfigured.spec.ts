import { apis, encodeRecordBatch } from 'kafka-wire';
import { expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { newProducerId, outcomeOf, produceRaw } from '../support/produced-partition.js';
import { rawRequest } from '../support/raw-request.js';

const TOPIC = 2;
const SET = 0;

describeOnEachKafka('a topic whose settings change', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  async function set(topic: string, name: string, value: string): Promise<void> {
    const configs = [{ name, configOperation: SET, value }];
    const resources = [{ resourceType: TOPIC, resourceName: topic, configs }];
    const answer = await rawRequest(address(), apis.IncrementalAlterConfigs, 1, { resources });
    expect(answer.responses.map(({ errorCode }) => errorCode)).toEqual([0]);
  }
  const outcome = async (topic: string, records: Buffer) => outcomeOf(await produceRaw(address(), { topic, records }));

  it('refuses the repeat of a batch that has become too large, and takes another record in its place for the repeat', async () => {
    const topic = await kafka().createTopic();
    const producer = { producerId: await newProducerId(address()), producerEpoch: 0, baseSequence: 0 };
    const large = await encodeRecordBatch({ records: someRecords(1, { value: 'v'.repeat(500) }), producer });
    const small = await encodeRecordBatch({ records: someRecords(1), producer });
    expect(await outcome(topic, large)).toBe(0);
    await set(topic, 'max.message.bytes', '300');
    await expect.poll(() => outcome(topic, large)).toBe('MESSAGE_TOO_LARGE');
    expect(await outcome(topic, small)).toBe(0);
  });

  it('refuses records without keys from when it is compacted on', async () => {
    const topic = await kafka().createTopic();
    const keyless = await batchOf(someRecords(1, { key: null }));
    expect(await outcome(topic, keyless)).toBe(0);
    await set(topic, 'cleanup.policy', 'compact');
    await expect.poll(() => outcome(topic, keyless)).toBe('INVALID_RECORD');
  });

  it('stamps its own time from when it is told to on', async () => {
    const topic = await kafka().createTopic();
    const records = await batchOf(someRecords(1));
    await set(topic, 'message.timestamp.type', 'LogAppendTime');
    await expect.poll(async () => (await produceRaw(address(), { topic, records })).logAppendTimeMs).toBeGreaterThan(0);
  });
});
