import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { EmbeddedKafka, type EmbeddedKafkaOptions } from 'embedded-kafka';

let kafka: EmbeddedKafka;

async function started(options: EmbeddedKafkaOptions): Promise<Kafka> {
  kafka = await EmbeddedKafka.start(options);
  return new Kafka({ clientId: 'spec', brokers: kafka.bootstrap, logLevel: logLevel.NOTHING });
}

afterEach(async () => {
  await kafka.stop();
});

describe('kafkajs on the embedded cluster: produce', () => {
  it('writes records to the partitions it chose', async () => {
    const client = await started({ brokers: 3, topics: [{ name: 'orders', partitions: 6 }] });
    const producer = client.producer();
    await producer.connect();
    const written = await producer.send({
      topic: 'orders',
      messages: [
        { partition: 2, key: 'a', value: 'one', headers: { type: 'Placed' } },
        { partition: 2, key: null, value: null },
        { partition: 4, key: 'b', value: 'three' },
      ],
    });
    await producer.disconnect();

    expect(written.map(({ partition, baseOffset }) => [partition, baseOffset])).toEqual(
      expect.arrayContaining([
        [2, '0'],
        [4, '0'],
      ]),
    );
    const records = await kafka.recordsIn('orders');
    expect(records.map((record) => [record.partition, record.offset, record.value?.toString() ?? null])).toEqual([
      [2, '0', 'one'],
      [2, '1', null],
      [4, '0', 'three'],
    ]);
    expect(records[0]?.headers).toEqual([{ key: 'type', value: Buffer.from('Placed') }]);
    expect(
      kafka
        .requests('Produce')
        .map(({ recordCount }) => recordCount)
        .toSorted(),
    ).toEqual([1, 2]);
  });
});
