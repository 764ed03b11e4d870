import { apis, encodeRecordBatch, errorName, type CompressionType } from 'kafka-wire';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { BATCH_FIELD, batchOf, sealed, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { outcomeOf, produceRaw } from '../support/produced-partition.js';
import { RawConnection } from '../support/raw-connection.js';
import { rawRequest } from '../support/raw-request.js';

const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describeOnEachKafka('answers to produce', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let connection: RawConnection;
  beforeEach(async () => {
    connection = await RawConnection.open(address());
  });
  afterEach(() => connection.close());

  const fetched = async (name: string) => {
    const topics = [{ topic: name, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }];
    const answer = await rawRequest(address(), apis.Fetch, 11, { maxWaitMs: 0, minBytes: 0, topics });
    return answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  };
  const topicIdOf = async (name: string) => {
    const { topics } = await rawRequest(address(), apis.Metadata, 12, { topics: [{ name }] });
    return topics[0]?.topicId ?? '';
  };
  const produceById = (topicId: string, records: Buffer, index = 0) =>
    connection.request(apis.Produce, 13, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ topicId, partitionData: [{ index, records }] }],
    });

  it('tell of one failing partition among twelve, and of the others', async () => {
    const topic = await kafka().createTopic({ partitions: 12, configs: { 'max.message.bytes': '500' } });
    const good = await batchOf(someRecords(1));
    const large = await batchOf(someRecords(60));
    const partitionData = Array.from({ length: 12 }, (_, index) => ({ index, records: index === 7 ? large : good }));
    const input = { acks: -1, timeoutMs: 5000, topicData: [{ name: topic, partitionData }] };
    const { responses } = await connection.request(apis.Produce, 9, input);
    const inOrder = responses[0]?.partitionResponses.toSorted((one, other) => one.index - other.index);
    const outcomes = inOrder?.map((one) => [one.index, outcomeOf(one)]);
    expect(outcomes).toEqual(partitionData.map(({ index }) => [index, index === 7 ? 'MESSAGE_TOO_LARGE' : 0]));
  });

  it('to topic ids name them, and tell a topic from a partition that is not there', async () => {
    const topicId = await topicIdOf(await kafka().createTopic());
    const records = await batchOf(someRecords(1));
    const nobody = 'AAAAAAAAAAAAAAAAAAAAAQ';
    const answers = [
      await produceById(topicId, records),
      await produceById(topicId, records, 7),
      await produceById(nobody, records),
    ];
    const seen = answers.map(({ responses }) => [
      responses[0]?.topicId,
      outcomeOf(responses[0]?.partitionResponses[0] as never),
    ]);
    expect(seen).toEqual([
      [topicId, 0],
      [topicId, 'UNKNOWN_TOPIC_OR_PARTITION'],
      [nobody, 'UNKNOWN_TOPIC_ID'],
    ]);
  });

  it('to the id of a topic that was deleted and made again are UNKNOWN_TOPIC_ID', async () => {
    const name = await kafka().createTopic();
    const topicId = await topicIdOf(name);
    const records = await batchOf(someRecords(1));
    expect(outcomeOf((await produceById(topicId, records)).responses[0]?.partitionResponses[0] as never)).toBe(0);
    await rawRequest(address(), apis.DeleteTopics, 5, { topicNames: [name], timeoutMs: 5000 });
    await expect.poll(async () => topicIdOf(name)).toBe('AAAAAAAAAAAAAAAAAAAAAA');
    await kafka().createTopic({ name });
    expect(outcomeOf((await produceById(topicId, records)).responses[0]?.partitionResponses[0] as never)).toBe(
      'UNKNOWN_TOPIC_ID',
    );
    expect(outcomeOf(await produceRaw(address(), { topic: name, records }))).toBe(0);
  });

  it.each([1, -1])('with acks %i tell where the records are', async (acks) => {
    const topic = await kafka().createTopic();
    const records = await batchOf(someRecords(3));
    await produceRaw(address(), { topic, records, acks });
    const answer = await produceRaw(address(), { topic, records, acks });
    expect(answer).toMatchObject({
      errorCode: 0,
      baseOffset: 3,
      logAppendTimeMs: -1,
      logStartOffset: 0,
      errorMessage: null,
    });
  });

  it('with acks 0 do not exist, and the connection goes when something is wrong', async () => {
    const topic = await kafka().createTopic();
    const send = (name: string, records: Buffer) =>
      connection.request(apis.Produce, 9, {
        acks: 0,
        timeoutMs: 5000,
        topicData: [{ name, partitionData: [{ index: 0, records }] }],
      });
    const unanswered = send(topic, await batchOf(someRecords(1)));
    // The answer of the next request is the first that comes, and would be taken for the one that never does.
    unanswered.catch(() => undefined);
    await expect.poll(async () => (await fetched(topic)).length).toBeGreaterThan(0);
    expect(connection.isClosed).toBe(false);
    void send(`${topic}-missing`, await batchOf(someRecords(1))).catch(() => undefined);
    await expect.poll(() => connection.isClosed).toBe(true);
  });

  it.each(TYPES)('of a topic with the broker’s time tell it, and consumers get it, with %s', async (type) => {
    const topic = await kafka().createTopic({ configs: { 'message.timestamp.type': 'LogAppendTime' } });
    const records = await batchOf(someRecords(3, { timestamp: 5 }), type);
    const first = await produceRaw(address(), { topic, records });
    expect(Math.abs(first.logAppendTimeMs - Date.now())).toBeLessThan(10_000);
    const stored = await fetched(topic);
    expect([stored.readInt16BE(21) & 8, Number(stored.readBigInt64BE(35))]).toEqual([8, first.logAppendTimeMs]);
    const stamped = await encodeRecordBatch({ records: someRecords(1), appendTimestamp: Date.now() });
    const refused = await produceRaw(address(), { topic, records: stamped });
    expect([errorName(refused.errorCode), refused.recordErrors.map(({ batchIndex }) => batchIndex)]).toEqual([
      'INVALID_TIMESTAMP',
      [0],
    ]);
  });

  it.each(TYPES.flatMap((from) => ['uncompressed', 'gzip', 'zstd', 'producer'].map((to) => [from, to] as const)))(
    'are followed by records that were %s and are stored %s',
    async (from, to) => {
      const topic = await kafka().createTopic({ configs: { 'compression.type': to } });
      await produceRaw(address(), { topic, records: await batchOf(someRecords(40), from) });
      const expected = to === 'producer' ? from : to === 'uncompressed' ? 'none' : to;
      expect(TYPES[(await fetched(topic)).readInt16BE(21) & 7]).toBe(expected);
    },
  );

  it('are about the size that records have when the broker has unpacked them', async () => {
    const topic = await kafka().createTopic({
      configs: { 'compression.type': 'uncompressed', 'max.message.bytes': '1000' },
    });
    const records = await batchOf(someRecords(50, { value: 'v'.repeat(100) }), 'gzip');
    expect([records.length < 1000, outcomeOf(await produceRaw(address(), { topic, records }))]).toEqual([
      true,
      'MESSAGE_TOO_LARGE',
    ]);
  });

  it('are followed by the largest time there is, whatever the producer said it was', async () => {
    const topic = await kafka().createTopic();
    const timestamp = Date.now();
    const lie = (it: Buffer) => it.writeBigInt64BE(99n, BATCH_FIELD.maxTimestamp);
    const records = sealed(await batchOf(someRecords(2, { timestamp })), lie);
    expect(outcomeOf(await produceRaw(address(), { topic, records }))).toBe(0);
    expect(Number((await fetched(topic)).readBigInt64BE(BATCH_FIELD.maxTimestamp))).toBe(timestamp);
  });
});
