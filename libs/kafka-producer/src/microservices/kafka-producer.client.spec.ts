import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { Logger } from '@nestjs/common';
import { ClientKafka, ClientProxy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RecordingProducer } from '../decorators/spec-support/recording-producer.js';
import { BatchDeliveryError } from '../errors/delivery.errors.js';
import { InvalidRecordError, SerializationError } from '../errors/record.errors.js';
import { getKafkaProducerToken } from '../kafka-producer.tokens.js';
import type { EmitFailed } from '../observability/channels.js';
import type { KafkaProducerClient } from './kafka-producer.client.js';
import { provideClientKafka, type ProvideClientKafkaOptions } from './provide-client-kafka.js';

/** A failure is told at the end of the turn after the one that made it. */
const endOfTurn = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

async function clientOf(
  producer: RecordingProducer,
  options?: ProvideClientKafkaOptions,
): Promise<KafkaProducerClient> {
  const module = await Test.createTestingModule({
    providers: [
      { provide: getKafkaProducerToken(options?.producer), useValue: producer },
      provideClientKafka('KAFKA_SERVICE', options),
    ],
  }).compile();
  return module.get('KAFKA_SERVICE');
}

describe('emit()', () => {
  let producer: RecordingProducer;
  let kafka: KafkaProducerClient;

  beforeEach(async () => {
    producer = new RecordingProducer();
    kafka = await clientOf(producer);
  });

  it('sends in the call itself, without a subscriber', () => {
    kafka.emit('orders', { key: 'k', value: 'x' });
    expect(producer.records).toMatchObject([{ topic: 'orders', key: 'k', value: 'x' }]);
  });

  it('gives the metadata to who subscribes before and after', async () => {
    const emitted = kafka.emit('orders', 'x');
    const metadata = [{ topicName: 'orders', partition: 0, errorCode: 0, baseOffset: '0' }];
    expect(await firstValueFrom(emitted)).toEqual(metadata);
    await endOfTurn();
    expect(await firstValueFrom(emitted)).toEqual(metadata);
    expect(producer.records).toHaveLength(1);
  });

  it('changes nothing of what it is given', () => {
    const message = Object.freeze({ key: Object.freeze({ id: 1 }), value: Object.freeze({ total: 2 }) });
    kafka.emit('orders', message);
    expect(producer.records).toMatchObject([{ key: '{"id":1}', value: '{"total":2}' }]);
    expect(message).toEqual({ key: { id: 1 }, value: { total: 2 } });
  });

  it('fails for a subscriber with the error of the producer', async () => {
    const error = new InvalidRecordError({ topic: 'orders', reason: 'a test says so' });
    producer.failure = () => error;
    await expect(firstValueFrom(kafka.emit('orders', 'x'))).rejects.toBe(error);
  });

  it('throws nothing in the call, whatever it is given', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    await expect(firstValueFrom(kafka.emit('orders', circular))).rejects.toThrow(SerializationError);
    await expect(firstValueFrom(kafka.emit('orders', { key: circular, value: 1 }))).rejects.toMatchObject({
      field: 'key',
    });
    await expect(firstValueFrom(kafka.emit('orders', null))).rejects.toThrow(/tombstone is \{ key, value: null \}/);
    await expect(firstValueFrom(kafka.emit(undefined, 'x'))).rejects.toThrow(/pattern is undefined/);
    await expect(firstValueFrom(kafka.emit(Symbol('t'), 'x'))).rejects.toThrow(InvalidRecordError);
    kafka.setOnDispatchHook(() => {
      throw new Error('from the hook');
    });
    await expect(firstValueFrom(kafka.emit('orders', 'x'))).rejects.toThrow('from the hook');
  });

  it('shows what is dispatched to the hook of Nest 12', () => {
    const hook = vi.fn<(packet: unknown) => void>();
    kafka.setOnDispatchHook(hook);
    kafka.emit('orders', 'x');
    expect(hook).toHaveBeenCalledWith({ pattern: 'orders', data: 'x' });
  });
});

describe('emitBatch()', () => {
  it('sends all messages in one call and tells of each partition', async () => {
    const producer = new RecordingProducer();
    const kafka = await clientOf(producer);
    const emitted = kafka.emitBatch('orders', { messages: [{ key: 'a', value: 1 }, 'b'] });
    expect(producer.calls).toHaveLength(1);
    expect(producer.records).toMatchObject([{ key: 'a', value: '1' }, { value: 'b' }]);
    expect(await firstValueFrom(emitted)).toEqual([
      { topicName: 'orders', partition: 0, errorCode: 0, baseOffset: '0' },
    ]);
  });

  it('sends nothing when one message cannot be read', async () => {
    const producer = new RecordingProducer();
    const emitted = (await clientOf(producer)).emitBatch('orders', { messages: ['a', null] });
    await expect(firstValueFrom(emitted)).rejects.toThrow(InvalidRecordError);
    expect(producer.calls).toEqual([]);
  });

  it('fails with the results when some were sent and failed', async () => {
    const producer = new RecordingProducer();
    producer.failure = ({ value }) => (value === 'b' ? new Error('no') : undefined);
    const emitted = (await clientOf(producer)).emitBatch('orders', { messages: ['a', 'b'] });
    await expect(firstValueFrom(emitted)).rejects.toThrow(BatchDeliveryError);
  });

  it.each([undefined, {}, { messages: 'abc' }])('refuses %o', async (data) => {
    const emitted = (await clientOf(new RecordingProducer())).emitBatch('orders', data as { messages: [] });
    await expect(firstValueFrom(emitted)).rejects.toThrow(/no array of messages/);
  });

  it('of nothing gives out an empty list', async () => {
    const kafka = await clientOf(new RecordingProducer());
    expect(await firstValueFrom(kafka.emitBatch('orders', { messages: [] }))).toEqual([]);
  });
});

describe('a failure nobody subscribed to', () => {
  const published: EmitFailed[] = [];
  const onMessage = (message: unknown) => published.push(message as EmitFailed);
  const unhandled = vi.fn<() => void>();

  beforeEach(() => {
    published.length = 0;
    subscribe('nestjs-kafka-producer:emit-failed', onMessage);
    process.on('unhandledRejection', unhandled);
  });
  afterEach(() => {
    unsubscribe('nestjs-kafka-producer:emit-failed', onMessage);
    process.off('unhandledRejection', unhandled);
  });

  it('is logged and published, and no unhandled rejection', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const producer = new RecordingProducer();
    const error = new InvalidRecordError({ topic: 'orders', reason: 'a test says so' });
    producer.failure = () => error;
    const kafka = await clientOf(producer, { producer: 'audit' });
    kafka.emit('orders', 'x');
    kafka.emit('orders', 'y');
    kafka.emitBatch({ cmd: 'x' }, { messages: [1, 2, 3] });
    await endOfTurn();
    expect(published.slice(0, 2)).toEqual([
      { producer: 'audit', topic: 'orders', recordCount: 1, error },
      { producer: 'audit', topic: 'orders', recordCount: 1, error },
    ]);
    expect(published[2]).toMatchObject({ topic: '{"cmd":"x"}', recordCount: 3 });
    expect(log.mock.calls).toEqual([
      [`emit() to topic 'orders' failed and nobody had subscribed: ${error.message}`],
      [expect.stringMatching(/^emitBatch\(\) to topic '\{"cmd":"x"\}' failed and nobody had subscribed: 3 of 3/)],
    ]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is neither when somebody subscribed', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const kafka = await clientOf(new RecordingProducer());
    kafka.emit('orders', null).subscribe({ error: () => {} });
    await endOfTurn();
    expect(published).toEqual([]);
    expect(log).not.toHaveBeenCalled();
  });
});

describe('what is no emit', () => {
  it.each<[string, (kafka: KafkaProducerClient) => unknown, RegExp]>([
    [
      'send()',
      (kafka) => (kafka as ClientProxy).send('t', 'x'),
      /reply would need a consumer.*Keep a ClientKafka of ClientsModule/,
    ],
    [
      'subscribeToResponseOf()',
      (kafka) => (kafka as unknown as ClientKafka).subscribeToResponseOf('t'),
      /Keep a ClientKafka.*the call can go/,
    ],
    ['commitOffsets()', (kafka) => (kafka as unknown as ClientKafka).commitOffsets([]), /no consumer.*KafkaContext/],
    ['on()', (kafka) => (kafka as ClientProxy).on('error' as never, (() => {}) as never), /diagnostics_channel/],
    ['producer', (kafka) => kafka.producer, /unwrap<KafkaProducerService>\(\)/],
    ['consumer', (kafka) => kafka.consumer, /it has none/],
  ])('%s is refused with the reason and what to use', async (name, call, message) => {
    const kafka = await clientOf(new RecordingProducer());
    expect(() => call(kafka)).toThrow(message);
    expect(() => call(kafka)).toThrow(`${name} is refused`);
  });

  it('connecting and closing do nothing to the producer others use', async () => {
    const producer = new RecordingProducer();
    const kafka = await clientOf(producer);
    await kafka.connect();
    await kafka.close();
    await firstValueFrom(kafka.emit('orders', 'x'));
    expect(producer.records).toHaveLength(1);
  });
});
