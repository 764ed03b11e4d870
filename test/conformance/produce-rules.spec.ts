import { apis, crc32c, encodeRecordBatch, errorCode, type ErrorName, type RecordBatchInput } from 'kafka-wire';
import { expect, it } from 'vitest';

import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import { rawRequest } from '../support/raw-request.js';

/** Epoch, base sequence and records of a batch, then the answer: the offset it has, or the error. */
type Step = readonly [epoch: number, baseSequence: number, recordCount: number, answer: number | ErrorName];

const MAX = 0x7fff_ffff;

const SEQUENCES: Readonly<Record<string, readonly Step[]>> = {
  'takes any first sequence of a producer it does not know': [[3, 77, 1, 0]],
  'knows the last five batches again, and not the sixth': [
    ...[0, 1, 2, 3, 4, 5].map((at): Step => [0, at * 2, 2, at * 2]),
    [0, 10, 2, 10],
    [0, 2, 2, 2],
    [0, 0, 2, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 12, 2, 12],
  ],
  'refuses ranges that overlap known ones': [
    [0, 0, 4, 0],
    [0, 4, 4, 4],
    [0, 0, 3, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 1, 3, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 0, 8, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 8, 1, 8],
  ],
  'refuses a gap and what follows it': [
    [0, 0, 1, 0],
    [0, 2, 1, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 3, 1, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 1, 1, 1],
  ],
  'wraps to 0 after the largest sequence': [
    [0, MAX, 1, 0],
    [0, 0, 1, 1],
  ],
  'wraps inside a batch and knows it again': [
    [0, MAX - 1, 4, 0],
    [0, MAX - 1, 4, 0],
    [0, 1, 1, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [0, 2, 1, 4],
  ],
  'starts a higher epoch at 0 and forgets the older one': [
    [0, 0, 5, 0],
    [1, 5, 1, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    [1, 0, 1, 5],
    [0, 5, 1, 'INVALID_PRODUCER_EPOCH'],
    [0, 0, 5, 'INVALID_PRODUCER_EPOCH'],
    [1, 0, 5, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
  ],
};

const records = (count: number): RecordBatchInput['records'] =>
  Array.from({ length: count }, (_, at) => ({ value: `value ${at}`, timestamp: Date.now() }));

/** What is done to the bytes of a sound batch, and the answer. */
const DAMAGES: Readonly<Record<string, readonly [damage: (batch: Buffer) => Buffer, answer: ErrorName]>> = {
  'a flipped bit': [
    (batch) => patched(batch, (it) => it.writeUInt8((it.at(-1) as number) ^ 1, it.length - 1)),
    'CORRUPT_MESSAGE',
  ],
  'a magic that never was': [(batch) => patched(batch, (it) => it.writeInt8(7, 16)), 'CORRUPT_MESSAGE'],
  'an old magic': [(batch) => patched(batch, (it) => it.writeInt8(1, 16)), 'INVALID_RECORD'],
  'a length below the smallest': [(batch) => patched(batch, (it) => it.writeInt32BE(3, 8)), 'CORRUPT_MESSAGE'],
  'a length beyond the end': [(batch) => patched(batch, (it) => it.writeInt32BE(batch.length, 8)), 'INVALID_RECORD'],
  'a base offset': [(batch) => patched(batch, (it) => it.writeInt32BE(5, 4)), 'INVALID_RECORD'],
  'no bytes': [() => Buffer.alloc(0), 'INVALID_RECORD'],
  'a negative last offset': [(batch) => sealed(patched(batch, (it) => it.writeInt32BE(-5, 23))), 'INVALID_RECORD'],
  'a negative count': [(batch) => sealed(patched(batch, (it) => it.writeInt32BE(-1, 57))), 'INVALID_RECORD'],
  'an absurd count': [(batch) => sealed(patched(batch, (it) => it.writeInt32BE(MAX, 57))), 'INVALID_RECORD'],
  'a base offset beyond 2^53': [(batch) => patched(batch, (it) => it.writeInt32BE(MAX, 0)), 'INVALID_RECORD'],
  'a time beyond 2^53': [(batch) => sealed(patched(batch, (it) => it.writeInt32BE(MAX, 27))), 'INVALID_TIMESTAMP'],
  'a compression that never was': [
    (batch) => sealed(patched(batch, (it) => it.writeInt16BE(5, 21))),
    'UNKNOWN_SERVER_ERROR',
  ],
  'a compression that never was, and a wrong checksum': [
    (batch) => patched(batch, (it) => it.writeInt16BE(5, 21)),
    'CORRUPT_MESSAGE',
  ],
  'a second batch': [(batch) => Buffer.concat([batch, batch]), 'INVALID_RECORD'],
};

function patched(batch: Buffer, patch: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(batch);
  patch(copy);
  return copy;
}

/** With the checksum its bytes have. In place. */
function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

describeOnEachKafka('the rules of produce', (kafka: () => TestKafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';

  async function produce(topic: string, batch: Buffer, acks = -1, version = 9): Promise<number | string> {
    const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch }] }];
    const body = await rawRequest(address(), apis.Produce, version, { acks, timeoutMs: 5000, topicData });
    const partition = body.responses[0]?.partitionResponses[0];
    if (partition === undefined) throw new Error('the response names no partition');
    return partition.errorCode === 0 ? partition.baseOffset : partition.errorCode;
  }

  const newProducerId = async () =>
    (await rawRequest(address(), apis.InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 0 }))
      .producerId;
  const expected = (answer: number | ErrorName) => (typeof answer === 'number' ? answer : errorCode(answer));

  it.each(Object.entries(SEQUENCES))('%s', async (_name, steps) => {
    const topic = await kafka().createTopic();
    const producerId = await newProducerId();
    const answers: (number | string)[] = [];
    for (const [producerEpoch, baseSequence, count] of steps) {
      const producer = { producerId, producerEpoch, baseSequence };
      answers.push(await produce(topic, await encodeRecordBatch({ records: records(count), producer })));
    }
    expect(answers).toEqual(steps.map(([, , , answer]) => expected(answer)));
  });

  it.each(Object.entries(DAMAGES))('refuses a batch with %s', async (_name, [damage, answer]) => {
    const topic = await kafka().createTopic();
    expect(await produce(topic, damage(await encodeRecordBatch({ records: records(2) })))).toBe(expected(answer));
  });

  it('looks at the size before the checksum and the sequence', async () => {
    const topic = await kafka().createTopic({ configs: { 'max.message.bytes': '500' } });
    const producer = { producerId: await newProducerId(), producerEpoch: 0, baseSequence: 9 };
    expect(await produce(topic, await encodeRecordBatch({ records: records(1), producer }))).toBe(0);
    const large = await encodeRecordBatch({ records: records(50), producer });
    expect(
      await produce(
        topic,
        patched(large, (it) => it.writeUInt8(0, it.length - 1)),
      ),
    ).toBe(errorCode('MESSAGE_TOO_LARGE'));
  });

  it('refuses timestamps from the future', async () => {
    const topic = await kafka().createTopic();
    const timestamp = Date.now() + 2 * 3_600_000;
    expect(await produce(topic, await encodeRecordBatch({ records: [{ value: 'x', timestamp }] }))).toBe(
      errorCode('INVALID_TIMESTAMP'),
    );
  });

  it('refuses control records and records of a transaction nobody began', async () => {
    const topic = await kafka().createTopic();
    const producer = { producerId: await newProducerId(), producerEpoch: 0, baseSequence: 0 };
    const control = await encodeRecordBatch({ records: records(1), isControl: true });
    expect(await produce(topic, control)).toBe(errorCode('INVALID_RECORD'));
    const negative = await encodeRecordBatch({ records: records(1), producer: { ...producer, baseSequence: -2 } });
    expect(await produce(topic, negative)).toBe(errorCode('INVALID_RECORD'));
  });

  it('refuses acks it does not know, and partitions it does not have', async () => {
    const topic = await kafka().createTopic();
    const batch = await encodeRecordBatch({ records: records(1) });
    expect(await produce(topic, batch, 2)).toBe(errorCode('INVALID_REQUIRED_ACKS'));
    expect(await produce(`${topic}-missing`, batch)).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
  });

  it('stamps its own time where the topic says so', async () => {
    const topic = await kafka().createTopic({ configs: { 'message.timestamp.type': 'LogAppendTime' } });
    const topicData = [
      { name: topic, partitionData: [{ index: 0, records: await encodeRecordBatch({ records: [{ timestamp: 5 }] }) }] },
    ];
    const body = await rawRequest(address(), apis.Produce, 9, { acks: 1, timeoutMs: 5000, topicData });
    const appendedAt = body.responses[0]?.partitionResponses[0]?.logAppendTimeMs ?? 0;
    expect(Math.abs(appendedAt - Date.now())).toBeLessThan(10_000);
    const offsets = await rawRequest(address(), apis.ListOffsets, 5, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: appendedAt }] }],
    });
    expect(offsets.topics[0]?.partitions[0]).toMatchObject({ offset: 0, timestamp: appendedAt });
  });

  it('closes the connection when acks 0 cannot be done', async () => {
    const topic = await kafka().createTopic();
    const batch = await encodeRecordBatch({ records: records(1) });
    await expect(produce(`${topic}-missing`, batch, 0)).rejects.toThrow('closed the connection');
  });
});
