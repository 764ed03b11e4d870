import { beforeEach, describe, expect, it } from 'vitest';

import type { ProducerRecord } from '../record/producer-record.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer, type EmitProducer } from './producer-slot.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

let ran: string[];
beforeEach(() => (ran = []));

class Orders {
  @Emit('t')
  async place(): Promise<number> {
    ran.push('place');
    return 1;
  }

  @Emit('t', { each: true })
  async placeAll(): Promise<number[]> {
    ran.push('placeAll');
    return [1, 2];
  }

  @Emit('t', { waitFor: 'accepted' })
  async accepted(): Promise<number> {
    ran.push('accepted');
    return 1;
  }

  @Emit('t')
  @Emit('u')
  async both(): Promise<number> {
    ran.push('both');
    return 1;
  }

  @Emit('t', { producer: 'audit' })
  async audited(): Promise<number> {
    ran.push('audited');
    return 1;
  }

  @Emit('t')
  @Emit('u', { producer: 'audit', waitFor: 'accepted' })
  async mixed(): Promise<number> {
    ran.push('mixed');
    return 1;
  }
}

type Name = Exclude<keyof Orders, symbol>;

const nothing = (): undefined => undefined;

function stub(...methods: (keyof EmitProducer)[]): EmitProducer {
  return Object.fromEntries(methods.map((method) => [method, nothing])) as unknown as EmitProducer;
}

describe('a stand-in for the producer', () => {
  it.each<[Name, (keyof EmitProducer)[], string]>([
    ['place', [], 'send'],
    ['placeAll', ['send'], 'sendAll'],
    ['accepted', ['send', 'sendAll'], 'enqueue'],
    ['both', ['send'], 'sendAll'],
  ])('is refused before %s() runs when it has only %o', async (method, methods, missing) => {
    await expect(bindKafkaProducer(new Orders(), stub(...methods))[method]()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_UNBOUND_METHOD',
      message:
        `Orders.${method}() cannot emit: what stands in for its producer 'default' (Object) has no method ${missing}(). ` +
        'Give the stand-in the methods send(), sendAll() and enqueue(); each may return nothing. The method was not run.',
    });
    expect(ran).toEqual([]);
  });

  it.each<Name>(['place', 'placeAll', 'accepted', 'both', 'mixed'])(
    'may return nothing from its methods: %s()',
    async (method) => {
      const mock = stub('send', 'sendAll', 'enqueue');
      const orders = bindKafkaProducer(bindKafkaProducer(new Orders(), mock), mock, 'audit');
      await expect(orders[method]()).resolves.toBeDefined();
      expect(ran).toEqual([method]);
    },
  );

  it('may lack what is not asked for', async () => {
    const sent: ProducerRecord[] = [];
    const send = async (record: ProducerRecord): Promise<never> => void sent.push(record) as never;
    await bindKafkaProducer(new Orders(), { send } as unknown as EmitProducer).place();
    expect(sent).toHaveLength(1);
  });
});

describe('an unbound call says what to do', () => {
  const place: (this: unknown) => Promise<number> = Reflect.get(Orders.prototype, 'place');

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['another object', new (class Other {})(), 'Other'],
  ])('when the method was detached from its instance: %s', async (_title, called, shown) => {
    await expect(place.call(called)).rejects.toThrow(
      `Orders.place() cannot emit: it was called without its instance (this is ${shown}). Call it on the Orders, or pass it on as (...args) => instance.place(...args).`,
    );
    expect(ran).toEqual([]);
  });

  it.each<[Name, string]>([
    ['place', 'bindKafkaProducer(instance, producer)'],
    ['audited', "bindKafkaProducer(instance, producer, 'audit')"],
  ])('when nobody bound the instance: %s()', async (method, bind) => {
    const orders = bindKafkaProducer(new Orders(), new RecordingProducer(), 'other');
    const error = await orders[method]().then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    for (const way of [
      'from onModuleInit() on',
      'call app.init(), also in tests',
      'a factory in a lazy module',
      bind,
    ]) {
      expect(error?.message).toContain(way);
    }
    expect(ran).toEqual([]);
  });
});

describe('an instance that takes no more properties', () => {
  it.each<[string, (instance: Orders) => Orders]>([
    ['frozen', Object.freeze],
    ['sealed', Object.seal],
    ['not extensible', Object.preventExtensions],
  ])('is bound all the same: %s', async (_title, close) => {
    const producer = new RecordingProducer();
    await bindKafkaProducer(close(new Orders()), producer).place();
    await expect(close(new Orders()).place()).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_UNBOUND_METHOD' });
    expect(producer.records).toHaveLength(1);
  });
});
