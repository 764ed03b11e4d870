import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { DeliveryTimeoutError } from '../errors/delivery.errors.js';
import { defineTopic } from '../topics/define-topic.js';
import { emitsOf } from './emit-marks.js';
import { emittedBy } from './spec-support/emitted-by.js';
import { Emit } from './emit.decorator.js';
import { bindKafkaProducer } from './producer-slot.js';
import { RecordingProducer } from './spec-support/recording-producer.js';

interface OrderPlaced {
  readonly orderId: string;
}

const orderPlaced = defineTopic<OrderPlaced>('orders.placed', {
  key: ({ orderId }) => orderId,
  headers: () => ({ type: 'OrderPlaced' }),
});
const audited = defineTopic<OrderPlaced>('orders.audit', { key: null, producer: 'audit' });

class Orders {
  readonly region = 'eu';
  readonly done: string[] = [];

  @Emit(orderPlaced)
  async place(orderId: string): Promise<OrderPlaced | undefined> {
    this.done.push(orderId);
    if (orderId === 'bad') throw new Error('no stock');
    return orderId === 'none' ? undefined : { orderId };
  }

  @Emit(orderPlaced, { each: true })
  async placeAll(orderIds: string[]): Promise<OrderPlaced[]> {
    return orderIds.map((orderId) => ({ orderId }));
  }

  @Emit(orderPlaced, { payload: (count: number, [orderId]: [string]) => (count > 0 ? { orderId } : undefined) })
  async count(orderId: string): Promise<number> {
    return orderId.length;
  }

  @Emit<Orders['raw']>('orders.raw', {
    key: (_result, [id]) => id,
    value: (result) => ({ size: result }),
    headers(this: Orders) {
      return { region: this.region };
    },
    partition: 3,
    timestamp: () => 1234,
    when: (result) => result > 1,
  })
  async raw(id: string): Promise<number> {
    return id.length;
  }

  @Emit<Orders['words']>('words', { each: true, key: (word) => word.slice(0, 1) })
  async words(text: string): Promise<Set<string>> {
    return new Set(text.split(' '));
  }

  @Emit(orderPlaced, { headers: () => ({ source: 'web' }), when: ({ orderId }) => orderId !== 'skip' })
  @Emit(audited, { waitFor: 'accepted' })
  async both(orderId: string): Promise<OrderPlaced> {
    return { orderId };
  }

  @Emit(orderPlaced, { waitFor: 'accepted' })
  async accepted(orderId: string): Promise<OrderPlaced> {
    return { orderId };
  }
}

let producer: RecordingProducer;
let audit: RecordingProducer;
let orders: Orders;

beforeEach(() => {
  producer = new RecordingProducer();
  audit = new RecordingProducer();
  orders = bindKafkaProducer(bindKafkaProducer(new Orders(), producer), audit, 'audit');
});

describe('@Emit', () => {
  it('sends what the method returned and passes it through untouched', async () => {
    const result = await orders.place('o-1');
    expect(result).toEqual({ orderId: 'o-1' });
    expect(producer.calls).toEqual([
      {
        call: 'send',
        records: [{ topic: 'orders.placed', key: 'o-1', value: { orderId: 'o-1' }, headers: { type: 'OrderPlaced' } }],
      },
    ]);
    expect(producer.records[0]!.value).toBe(result);
  });

  it('resolves after the acknowledgement', async () => {
    let acknowledge!: () => void;
    producer.acknowledgement = new Promise((resolve) => (acknowledge = resolve));
    let resolved = false;
    const placing = orders.place('o-1').then(() => (resolved = true));
    await vi.waitFor(() => expect(producer.calls).toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(resolved).toBe(false);
    acknowledge();
    await placing;
  });

  it('sends nothing when the method threw, and nothing for undefined', async () => {
    await expect(orders.place('bad')).rejects.toThrow('no stock');
    expect(await orders.place('none')).toBeUndefined();
    expect(producer.calls).toEqual([]);
  });

  it('rejects with the delivery error', async () => {
    const error = timeout();
    producer.failure = () => error;
    await expect(orders.place('o-1')).rejects.toBe(error);
  });

  it('sends one record per element with each, none for no elements', async () => {
    await orders.placeAll(['a', 'b']);
    await orders.placeAll([]);
    expect(producer.calls.map(({ call, records }) => [call, records.map(({ key }) => key)])).toEqual([
      ['sendAll', ['a', 'b']],
    ]);
    producer.failure = ({ key }) => (key === 'b' ? timeout() : undefined);
    await expect(orders.placeAll(['a', 'b'])).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_BATCH_DELIVERY',
      results: [{ status: 'fulfilled' }, { status: 'rejected' }],
    });
  });

  it('refuses a result that cannot be iterated with each', async () => {
    await expect(orders.placeAll.call(orders, { map: () => 5 } as never)).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_METHOD',
      message: expect.stringMatching(/did not return an iterable but .* number\. Return an/) as string,
    });
  });

  it('makes the payload from result and arguments', async () => {
    expect(await orders.count('abc')).toBe(3);
    expect(await orders.count('')).toBe(0);
    expect(producer.records.map(({ value }) => value)).toEqual([{ orderId: 'abc' }]);
  });

  it('makes raw records from options that see the instance', async () => {
    await orders.raw('abc');
    await orders.raw('a');
    await orders.words('to be or to');
    expect(producer.records).toEqual([
      { topic: 'orders.raw', key: 'abc', value: { size: 3 }, headers: { region: 'eu' }, partition: 3, timestamp: 1234 },
      { topic: 'words', key: 't', value: 'to' },
      { topic: 'words', key: 'b', value: 'be' },
      { topic: 'words', key: 'o', value: 'or' },
    ]);
  });

  it('refuses a key option that returned undefined', async () => {
    class Forgetful {
      @Emit<Forgetful['run']>('t', { key: () => undefined as never })
      async run(): Promise<number> {
        return 1;
      }
    }
    await expect(bindKafkaProducer(new Forgetful(), producer).run()).rejects.toThrow(
      '`key` of its @Emit returned undefined',
    );
    expect(producer.calls).toEqual([]);
  });

  it('calls itself through this, and works in subclasses', async () => {
    class Bulk extends Orders {
      @Emit('bulk')
      async run(ids: string[]): Promise<number> {
        await Promise.all(ids.map((id) => this.place(id)));
        return ids.length;
      }
    }
    await bindKafkaProducer(new Bulk(), producer).run(['a', 'b']);
    expect(producer.records.map(({ topic }) => topic)).toEqual(['orders.placed', 'orders.placed', 'bulk']);
  });
});

describe('several @Emit on one method', () => {
  it('are one wrapper, in the order of the source', async () => {
    expect(emittedBy(emitsOf(Orders.prototype, 'both')).map(({ topic, producer: name }) => [topic, name])).toEqual([
      ['orders.placed', 'default'],
      ['orders.audit', 'audit'],
    ]);
    await orders.both('o-1');
    expect(producer.calls).toMatchObject([
      { call: 'sendAll', records: [{ headers: { type: 'OrderPlaced', source: 'web' } }] },
    ]);
    expect(audit.calls).toMatchObject([{ call: 'enqueue', records: [{ topic: 'orders.audit' }] }]);
  });

  it('send nothing at all when the record of one cannot be made', async () => {
    class Half {
      @Emit(orderPlaced)
      @Emit('t', { value: () => { throw new Error('broken option'); } }) // prettier-ignore
      async run(): Promise<OrderPlaced> {
        return { orderId: 'a' };
      }
    }
    await expect(bindKafkaProducer(new Half(), producer).run()).rejects.toThrow('broken option');
    expect(producer.calls).toEqual([]);
  });

  it('reject with every outcome when one fails', async () => {
    producer.failure = () => timeout();
    await expect(orders.both('o-1')).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_BATCH_DELIVERY',
      results: [{ status: 'rejected' }, { status: 'fulfilled', value: { topic: 'orders.audit', partition: -1 } }],
    });
  });

  it('leave out the one whose `when` says no', async () => {
    await orders.both('skip');
    expect([producer.records.length, audit.records.length]).toEqual([0, 1]);
  });
});

describe("waitFor: 'accepted'", () => {
  it('resolves before the acknowledgement and logs a failed delivery, once per error', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const error = timeout();
    producer.failure = () => error;
    await orders.accepted('a');
    await orders.accepted('b');
    await vi.waitFor(() => expect(logged).toHaveBeenCalled());
    await new Promise((resolve) => setImmediate(resolve));
    expect(logged.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^Orders\.accepted\(\) was accepted and not delivered to topic 'orders\.placed': A record for/,
        ),
      ],
    ]);
  });

  it('rejects when the record does not get into the buffer', async () => {
    producer.enqueue = async () => Promise.reject(new Error('exhausted'));
    await expect(orders.accepted('a')).rejects.toThrow('exhausted');
  });
});

function timeout(): DeliveryTimeoutError {
  return new DeliveryTimeoutError({ topic: 't', partition: 0, persisted: 'no', elapsedMs: 5, attempts: 1 });
}
