import { expect, it } from 'vitest';

import { recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { useProducer } from '../support/use-producer.js';

describeOnEachKafka('an acknowledgement', (kafka) => {
  it.each([{ acks: 'all' }, { acks: -1 }, { acks: 1 }] as const)(
    'with $acks says where the record is',
    async (settings) => {
      const topic = await kafka().createTopic({ partitions: 3 });
      const metadata = await useProducer(kafka().bootstrap, { producer: settings }, async (producer) => {
        await producer.send({ topic, value: 'first', partition: 2 });
        return producer.send({ topic, value: 'second', partition: 2, timestamp: 1_700_000_000_000 });
      });
      expect(metadata).toEqual({ topic, partition: 2, offset: '1', timestamp: 1_700_000_000_000 });
      const records = await recordsIn(kafka().bootstrap, topic, 2);
      expect(records.map((it) => it.value?.toString())).toEqual(['first', 'second']);
    },
  );

  it('with 0 does not know the offset, and the record is in the log all the same', async () => {
    const topic = await kafka().createTopic();
    const metadata = await useProducer(kafka().bootstrap, { producer: { acks: 0 } }, (producer) =>
      producer.send({ topic, value: 'unheard', timestamp: 1_700_000_000_000 }),
    );
    expect(metadata).toEqual({ topic, partition: 0, timestamp: 1_700_000_000_000 });
    await expect
      .poll(async () => (await recordsIn(kafka().bootstrap, topic)).map((it) => it.value?.toString()), {
        timeout: 10_000,
      })
      .toEqual(['unheard']);
  });

  it('carries the time of the broker for a topic that stamps records itself', async () => {
    const topic = await kafka().createTopic({ configs: { 'message.timestamp.type': 'LogAppendTime' } });
    const before = Date.now();
    const { timestamp } = await useProducer(kafka().bootstrap, {}, (producer) =>
      producer.send({ topic, value: 'v', timestamp: 1_700_000_000_000 }),
    );
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect((await recordsIn(kafka().bootstrap, topic))[0]?.timestamp).toBe(timestamp);
  });
});
