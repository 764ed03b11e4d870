import { ClientKafka } from '@nestjs/microservices';
import { Test, type TestingModule } from '@nestjs/testing';
import { isKafkaProducerError, KafkaProducerModule } from 'nestjs-kafka-producer';
import {
  provideClientKafka,
  type EmittedMetadata,
  type KafkaProducerClient,
} from 'nestjs-kafka-producer/microservices';
import { logLevel } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recordsIn } from '../support/batches-in.js';
import { describeOnEachKafka, newTopicName } from '../support/each-kafka.js';
import { impossible, payloads } from './client-kafka-payloads.js';

const PARTITIONS = 3;
/** What is impossible kafkajs tries again too. */
const retry = { initialRetryTime: 100, multiplier: 1, factor: 0, retries: 5 };

/** A record, as far as Kafka's clients do not choose freely: the partition without a key, the present time. */
interface Written {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly unknown[];
  readonly partition: number | 'any';
  readonly timestamp: number | 'now';
}

describeOnEachKafka('the client of provideClientKafka()', (kafka) => {
  let module: TestingModule;
  let ours: KafkaProducerClient;
  let nests: ClientKafka;
  let startedAt: number;

  beforeAll(async () => {
    startedAt = Date.now();
    const brokers = [...kafka().bootstrap];
    module = await Test.createTestingModule({
      imports: [KafkaProducerModule.forRoot({ client: { clientId: 'ours', brokers } })],
      providers: [provideClientKafka('KAFKA_SERVICE')],
    }).compile();
    await module.init();
    ours = module.get<KafkaProducerClient>('KAFKA_SERVICE');
    nests = new ClientKafka({
      client: { clientId: 'nests', brokers, logLevel: logLevel.NOTHING, retry },
      producer: { retry },
      producerOnlyMode: true,
    });
    await nests.connect();
  });
  afterAll(() => Promise.all([nests.close(), module.close()]));

  /** One record lies in each partition: kafkajs may write twice to partitions whose leaders are not ready yet. */
  async function newTopic(): Promise<string> {
    const topic = await kafka().createTopic({ partitions: PARTITIONS });
    const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({ value: 'first', partition }));
    await lastValueFrom(ours.emitBatch(topic, { messages }));
    return topic;
  }
  const newTopics = async () => ({ ours: await newTopic(), nests: await newTopic() });
  const emit = async (client: ClientKafka | KafkaProducerClient, pattern: unknown, data: unknown) =>
    lastValueFrom(client.emit<EmittedMetadata[], unknown>(pattern, data));

  async function written([place]: readonly EmittedMetadata[], given: unknown): Promise<Written> {
    const { topicName, partition, baseOffset } = place!;
    const records = await recordsIn(kafka().bootstrap, topicName, partition);
    const { key, value, headers, timestamp } = records.find(({ offset }) => String(offset) === baseOffset)!;
    const isFree = key === null && !(given instanceof Object && 'partition' in given);
    return {
      key,
      value,
      headers,
      partition: isFree ? 'any' : partition,
      timestamp: timestamp >= startedAt && timestamp <= Date.now() ? 'now' : timestamp,
    };
  }

  describe('writes what ClientKafka writes, to the byte:', () => {
    const records = new Map<string, { ours: Written; nests: Written }>();

    beforeAll(async () => {
      const topics = await newTopics();
      for (const [name, make] of Object.entries(payloads)) {
        const our = await emit(ours, topics.ours, make());
        const nest = await emit(nests, topics.nests, make());
        records.set(name, { ours: await written(our, make()), nests: await written(nest, make()) });
      }
    });

    it.each(Object.keys(payloads))('%s', (name) => {
      const record = records.get(name);
      expect(record?.ours).toBeDefined();
      expect(record?.ours).toEqual(record?.nests);
    });

    it('batches of all of them, in their order', async () => {
      const topics = await newTopics();
      const messages = () => Object.values(payloads).map((make) => ({ ...keyed(make()), partition: 1 }));
      const our = await lastValueFrom(ours.emitBatch(topics.ours, { messages: messages() }));
      await lastValueFrom(nests.emitBatch(topics.nests, { messages: messages() }));
      const values = async (topic: string) =>
        (await recordsIn(kafka().bootstrap, topic, 1))
          .slice(1)
          .map(({ key, value, headers }) => ({ key, value, headers }));
      const expected = await values(topics.nests);
      expect(expected).toHaveLength(Object.keys(payloads).length);
      expect(await values(topics.ours)).toEqual(expected);
      expect(our).toEqual([{ topicName: topics.ours, partition: 1, errorCode: 0, baseOffset: '1' }]);
    });

    it('a pattern that is a number', async () => {
      const topic = await kafka().createTopic({ name: String(Date.now()), partitions: 1 });
      await emit(ours, Number(topic), 'ours');
      await emit(nests, Number(topic), "nest's");
      const values = (await recordsIn(kafka().bootstrap, topic)).map(({ value }) => String(value));
      expect(values).toEqual(['ours', "nest's"]);
    });
  });

  it('encodes a value once, also where the module has a serializer for values', async () => {
    const topic = await kafka().createTopic();
    const serializers = { value: { serialize: (value: unknown) => JSON.stringify({ value }) } };
    const client = { clientId: 'ours', brokers: [...kafka().bootstrap] };
    const application = await Test.createTestingModule({
      imports: [KafkaProducerModule.forRoot({ client, serializers })],
      providers: [provideClientKafka('KAFKA_SERVICE')],
    }).compile();
    await application.init();
    await emit(application.get('KAFKA_SERVICE'), topic, { id: 1 });
    await application.close();
    expect((await recordsIn(kafka().bootstrap, topic)).map(({ value }) => String(value))).toEqual(['{"id":1}']);
  });

  it.each<[string, unknown, unknown]>([
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an instance of a class with a toString()', payloads['an instance of a class with a toString']!(), '{"id":"A-1"}'],
    ['a Uint8Array', new Uint8Array([65, 66]), 'AB'],
    ['a bigint', 1n, 'our error'],
    ['an object with a value', { value: 10, currency: 'EUR' }, '{"value":10,"currency":"EUR"}'],
    ['null', null, null],
    ['undefined', undefined, 'our error'],
    ['a number', 38.7, '38.7'],
  ])('is left for KafkaProducerService with other bytes for %s, as the guide says', async (_kind, value, text) => {
    const topic = await kafka().createTopic();
    const sent = ours.unwrap().send({ topic, value });
    const result = await sent.then(
      async () => (await recordsIn(kafka().bootstrap, topic))[0]?.value?.toString() ?? null,
      (error: unknown) => (isKafkaProducerError(error, 'KAFKA_PRODUCER_SERIALIZATION') ? 'our error' : error),
    );
    expect(result).toBe(text);
  });

  describe('answers as ClientKafka answers:', () => {
    const known = (result: readonly EmittedMetadata[]) =>
      result
        .map(({ partition, errorCode, baseOffset }) => ({ partition, errorCode, baseOffset }))
        .toSorted((a, b) => a.partition - b.partition);

    it('with the place of the record', async () => {
      const topics = await newTopics();
      const our = await emit(ours, topics.ours, { key: 'k', value: 1 });
      expect(known(our)).toEqual(known(await emit(nests, topics.nests, { key: 'k', value: 1 })));
      expect(our[0]?.topicName).toBe(topics.ours);
    });

    it('with one entry per partition of a batch', async () => {
      const topics = await newTopics();
      const messages = () => Array.from({ length: 30 }, (_, i) => ({ key: `k${i}`, value: i }));
      const our = await lastValueFrom(ours.emitBatch(topics.ours, { messages: messages() }));
      const nest = await lastValueFrom(nests.emitBatch<EmittedMetadata[]>(topics.nests, { messages: messages() }));
      expect(our).toHaveLength(PARTITIONS);
      expect(known(our)).toEqual(known(nest));
    });
  });

  describe('refuses, with an error of this package, what ClientKafka refuses:', () => {
    const failure = (client: ClientKafka | KafkaProducerClient, pattern: unknown, data: unknown) =>
      emit(client, pattern, data).then(
        () => 'sent',
        (error: unknown) => (isKafkaProducerError(error) ? 'our error' : 'an error'),
      );

    it.each(Object.entries(impossible))('%s', async (_name, make) => {
      const topics = await newTopics();
      expect(await failure(nests, topics.nests, make())).toBe('an error');
      expect(await failure(ours, topics.ours, make())).toBe('our error');
    });

    it.each<[string, unknown]>([
      ['null', null],
      ['undefined', undefined],
      ['an object, whose text is no topic', { cmd: 'place', v: 2 }],
    ])('a pattern that is %s', async (_name, pattern) => {
      expect(await failure(nests, pattern, 'x')).toBe('an error');
      expect(await failure(ours, pattern, 'x')).toBe('our error');
    });

    it('and a topic that does not exist, which ClientKafka would have the brokers create', async () => {
      expect(await failure(ours, newTopicName(), 'x')).toBe('our error');
    });
  });
});

/** The batch goes to one partition, so what is no message yet becomes one. */
function keyed(data: unknown): object {
  return typeof data === 'object' && data !== null && ('key' in data || 'value' in data)
    ? { ...data, key: (data as { key?: unknown }).key, value: (data as { value?: unknown }).value }
    : { value: data };
}
