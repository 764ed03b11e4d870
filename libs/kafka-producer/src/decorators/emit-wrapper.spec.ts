import { inspect, isDeepStrictEqual } from 'node:util';

import { beforeEach, describe, expect, it } from 'vitest';

import { defineTopic } from '../topics/define-topic.js';
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
    await expect(method(orders, 'place')('a')).rejects.toMatchObject({ code: 'KAFKA_PRODUCER_UNBOUND_METHOD' });
  });

  it('works on a proxy around the instance', async () => {
    await new Proxy(orders, {}).place('a');
    expect(producer.records).toHaveLength(1);
  });
});

function method(host: object, name: string): (...args: unknown[]) => unknown {
  return Reflect.get(host, name) as (...args: unknown[]) => unknown;
}
