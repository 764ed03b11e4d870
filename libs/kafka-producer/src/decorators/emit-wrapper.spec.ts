import { inspect, isDeepStrictEqual } from 'node:util';

import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { ProducerRecord } from '../record/producer-record.js';
import { defineTopic } from '../topics/define-topic.js';
import { emitsOf } from './emit-marks.js';
import { emittedBy } from './spec-support/emitted-by.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer } from './producer-slot.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

interface OrderPlaced {
  readonly orderId: string;
}

const orderPlaced = defineTopic<OrderPlaced>('orders.placed', { key: null });
const audited = defineTopic<OrderPlaced>('orders.audit', { key: null, producer: 'audit' });

class Orders {
  readonly region: string = 'eu';
  readonly done: string[] = [];

  @Emit(orderPlaced)
  async place(orderId: string): Promise<OrderPlaced> {
    this.done.push(orderId);
    return { orderId };
  }

  @Emit(orderPlaced)
  @Emit(audited)
  async both(orderId: string): Promise<OrderPlaced> {
    return { orderId };
  }
}

let producer: RecordingProducer;
let orders: Orders;

beforeEach(() => {
  producer = new RecordingProducer();
  orders = bindKafkaProducer(new Orders(), producer);
});

describe('the wrapper', () => {
  it('keeps name, arity and metadata, and is no async function', () => {
    const mark: MethodDecorator = (_target, _key, descriptor) =>
      Reflect.defineMetadata('path', '/x', descriptor.value as object);
    class Routes {
      @mark
      @Emit(orderPlaced)
      async above(_a: string, _b: string): Promise<OrderPlaced> {
        return { orderId: 'a' };
      }

      @Emit(orderPlaced)
      @mark
      async below(_a: string): Promise<OrderPlaced> {
        return { orderId: 'a' };
      }
    }
    const above = method(Routes.prototype, 'above');
    const below = method(Routes.prototype, 'below');
    expect([above.name, above.length, below.name, below.length]).toEqual(['above', 2, 'below', 1]);
    expect([Reflect.getMetadata('path', above), Reflect.getMetadata('path', below)]).toEqual(['/x', '/x']);
    expect(Object.prototype.toString.call(above)).toBe('[object Function]');
  });

  it('leaves no trace on the instance', () => {
    const bare = new Orders();
    expect(JSON.stringify(orders)).toBe('{"region":"eu","done":[]}');
    expect(Reflect.ownKeys(Object.assign({}, orders))).toEqual(['region', 'done']);
    expect(inspect(orders)).toBe(inspect(bare));
    expect(isDeepStrictEqual(orders, bare)).toBe(true);
    expect(orders).toStrictEqual(bare);
  });

  it('has no effect at all on an instance nobody bound', async () => {
    const unbound = new Orders();
    await expect(unbound.place('a')).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_UNBOUND_METHOD',
      message: expect.stringContaining(
        "Orders.place() cannot emit: no producer 'default' is bound to this instance",
      ) as string,
    });
    expect(unbound.done).toEqual([]);
    const half = bindKafkaProducer(new Orders(), producer);
    await expect(half.both('a')).rejects.toThrow("no producer 'audit' is bound");
  });

  it('sends many records of several emits of one call', async () => {
    class Many {
      @Emit('a', { each: true })
      @Emit('b', { each: true })
      async run(): Promise<number[]> {
        return Array.from({ length: 200_000 }, (_, i) => i);
      }
    }
    producer.sendAll = async (records) => {
      producer.calls.push({ call: 'sendAll', records });
      return [];
    };
    await bindKafkaProducer(new Many(), producer).run();
    expect(producer.records).toHaveLength(400_000);
  });

  it('keeps the plans of two classes apart that share a function', async () => {
    class Origin {
      @Emit('origin')
      async run(): Promise<string> {
        return 'x';
      }
    }
    class Borrower {
      declare run: () => Promise<string>;
    }
    const descriptor = Object.getOwnPropertyDescriptor(Origin.prototype, 'run')!;
    Emit('borrower', { producer: 'audit' })(Borrower.prototype, 'run', descriptor);
    Object.defineProperty(Borrower.prototype, 'run', descriptor);
    const audit = new RecordingProducer();
    await bindKafkaProducer(bindKafkaProducer(new Borrower(), producer), audit, 'audit').run();
    expect([audit.records, producer.records].map((records) => records.map(({ topic }) => topic))).toEqual([
      ['borrower'],
      ['origin'],
    ]);
    await bindKafkaProducer(new Origin(), producer).run();
    expect(producer.records.map(({ topic }) => topic)).toEqual(['origin', 'origin']);
    expect(emittedBy(emitsOf(Borrower.prototype, 'run')).map(({ topic }) => topic)).toEqual(['borrower', 'origin']);
    expect(emittedBy(emitsOf(Origin.prototype, 'run')).map(({ topic }) => topic)).toEqual(['origin']);
  });

  it('is known with all its plans when a foreign wrapper lies between two decorators', async () => {
    const foreign: MethodDecorator = (_target, _key, descriptor) => {
      const inner = descriptor.value as unknown as (...args: unknown[]) => unknown;
      (descriptor as PropertyDescriptor).value = function (this: unknown, ...args: unknown[]) {
        return inner.apply(this, args);
      };
    };
    class Cut {
      @Emit('outer')
      @Emit('second')
      @foreign
      @Emit('inner', { producer: 'audit' })
      async run(): Promise<string> {
        return 'x';
      }
    }
    expect(emittedBy(emitsOf(Cut.prototype, 'run')).map(({ topic }) => topic)).toEqual(['outer', 'second', 'inner']);
    await bindKafkaProducer(bindKafkaProducer(new Cut(), producer), producer, 'audit').run();
    expect(producer.records.map(({ topic }) => topic)).toEqual(['inner', 'outer', 'second']);
  });

  it('logs a lost record under the name of its producer', async () => {
    const contexts = new Set<unknown>();
    vi.spyOn(Logger.prototype, 'error').mockImplementation(function (this: { context?: string }) {
      contexts.add(this.context);
    });
    class Lossy {
      @Emit('a', { waitFor: 'accepted' })
      @Emit('b', { waitFor: 'accepted', producer: 'audit' })
      async run(): Promise<number> {
        return 1;
      }
    }
    producer.failure = ({ topic }) => new Error(topic);
    const audit = new RecordingProducer();
    audit.failure = producer.failure;
    await bindKafkaProducer(bindKafkaProducer(new Lossy(), producer), audit, 'audit').run();
    await vi.waitFor(() => expect(contexts).toEqual(new Set(['KafkaProducer', 'KafkaProducer:audit'])));
  });

  it('works on a proxy around the instance', async () => {
    await new Proxy(orders, {}).place('a');
    expect(producer.records).toHaveLength(1);
  });
});

function method(host: object, name: string): (...args: unknown[]) => unknown {
  return Reflect.get(host, name) as (...args: unknown[]) => unknown;
}

describe('the results of several emits', () => {
  it('are in the order of the source, however their records are waited for', async () => {
    class Host {
      @Emit<Host['run']>('first')
      @Emit<Host['run']>('second', { waitFor: 'accepted' })
      @Emit<Host['run']>('third')
      async run(): Promise<string> {
        return 'x';
      }
    }
    const refuse = async (): Promise<never> => {
      throw new Error('no room');
    };
    const sendAll = async (records: readonly ProducerRecord[]) => records.map(({ topic }) => ({ topic, partition: 0 }));
    const host = bindKafkaProducer(new Host(), { send: refuse, sendAll, enqueue: refuse });
    await expect(host.run()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_BATCH_DELIVERY',
      results: [{ value: { topic: 'first' } }, { reason: { message: 'no room' } }, { value: { topic: 'third' } }],
    });
  });
});
