import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { Emit } from '../decorators/emit.decorator.js';
import { bindKafkaProducer } from '../decorators/producer-slot.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { defineTopic } from './define-topic.js';
import type { StandardSchema } from './standard-schema.js';
import { failureOf } from './spec-support/failure-of.js';

const item = z.object({ sku: z.string(), quantity: z.number().int().default(1) });
const schema = z.object({ orderId: z.string().trim(), items: z.array(item) });
const orderPlaced = defineTopic('orders.placed', {
  payload: schema,
  key: ({ orderId }) => orderId,
  headers: ({ items }) => ({ type: 'OrderPlaced', items: String(items.length) }),
});
const input = { orderId: ' o-1 ', items: [{ sku: 's' }] };

describe('a contract with a Standard Schema', () => {
  it('sends what the schema makes of the payload; key and headers are made of that, too', async () => {
    const kafka = new InMemoryProducer();
    await kafka.send(orderPlaced(input));
    expect(kafka.records.in('orders.placed')[0]).toMatchObject({
      keyText: 'o-1',
      headers: { type: 'OrderPlaced', items: '1' },
      json: { orderId: 'o-1', items: [{ sku: 's', quantity: 1 }] },
    });
    expect(input).toEqual({ orderId: ' o-1 ', items: [{ sku: 's' }] });
  });

  it('rejects a payload with everything that is wrong about it, and without its values', async () => {
    const kafka = new InMemoryProducer();
    const wrong = { orderId: 4711, items: [{ sku: 's' }, { sku: 's', quantity: 'secret' }] };
    const error = await failureOf(kafka.send(orderPlaced(wrong as never)));
    expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_PAYLOAD_VALIDATION', topic: 'orders.placed' });
    expect(error.problems.map(({ path }) => path)).toEqual(['orderId', 'items[1].quantity']);
    expect(error.message).toMatch(
      /^The payload of a record for topic 'orders.placed' has 2 problems:\n {2}- orderId: .*string.*\n {2}- items\[1\]\.quantity: .*number.*\nCorrect the payload/,
    );
    expect(error.message).not.toMatch(/4711|secret/);
    expect(kafka.records.all()).toEqual([]);
  });

  it('is of any library', async () => {
    const named = v.object({ user: v.object({ name: v.pipe(v.string(), v.toLowerCase()) }) });
    const renamed = defineTopic('renamed', { payload: named, key: ({ user }) => user.name });
    const kafka = new InMemoryProducer();
    await kafka.send(renamed({ user: { name: 'ADA' } }));
    expect(kafka.records.in('renamed')[0]).toMatchObject({ keyText: 'ada', json: { user: { name: 'ada' } } });
    const { problems } = await failureOf(kafka.send(renamed({ user: { name: 1 } } as never)));
    expect(problems).toEqual([{ path: 'user.name', message: expect.stringContaining('string') as string }]);
  });

  it('takes paths in both of their forms, and a problem of the payload as a whole', async () => {
    const issues = [
      { message: 'as a whole' },
      { message: 'plain', path: ['a', 0, 'b'] },
      { message: 'segments', path: [{ key: 'a' }, { key: 1 }] },
    ];
    const payload: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } };
    const { problems, message } = await failureOf(
      new InMemoryProducer().send(defineTopic('t', { payload, key: null })('x')),
    );
    expect(problems.map(({ path }) => path)).toEqual(['', 'a[0].b', 'a[1]']);
    expect(message).toContain('\n  - as a whole\n');
  });

  it('says what a schema has thrown itself', async () => {
    const cause = new TypeError('boom');
    for (const validate of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      // prettier-ignore
      const payload: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } };
      const error = await failureOf(new InMemoryProducer().send(defineTopic('t', { payload, key: null })('x')));
      expect(error.cause).toBe(cause);
      expect(error.message).toMatch(/its validation threw TypeError: boom\nCorrect the schema of the contract/);
    }
  });
});

describe('a record of such a contract', () => {
  it('is one to spread: what it says itself goes before what its contract says', async () => {
    const kafka = new InMemoryProducer({ defaultHeaders: () => ({ type: 'default', items: 'default', app: 'shop' }) });
    const record: ProducerRecord = {
      ...orderPlaced(input),
      key: 'own',
      headers: { type: 'own' },
      timestamp: 1_000,
      partition: 0,
    };
    await kafka.send(record);
    expect(kafka.records.all()[0]).toMatchObject({
      keyText: 'own',
      timestamp: 1_000,
      headers: { type: 'own', items: '1', app: 'shop' },
      json: { orderId: 'o-1' },
    });
    await kafka.send({ ...orderPlaced(input), key: null, headers: undefined });
    expect(kafka.records.all()[1]).toMatchObject({ keyText: null, headers: { type: 'OrderPlaced', app: 'shop' } });
  });

  it('has its value validated, whoever put it there; a null with a key is a tombstone', async () => {
    const kafka = new InMemoryProducer();
    await failureOf(kafka.send({ ...orderPlaced(input), value: { orderId: 1 } }));
    await failureOf(kafka.send(orderPlaced(null as never)));
    await kafka.send({ ...orderPlaced(input), value: null, key: 'o-1' });
    await kafka.send(orderPlaced.tombstone('o-2'));
    expect(kafka.records.all().map(({ keyText, value }) => `${keyText} ${String(value)}`)).toEqual([
      'o-1 null',
      'o-2 null',
    ]);
  });

  it.each<[string, () => never, string]>([
    ['undefined', () => undefined as never, 'the key of its contract returned undefined'],
    [
      'an exception',
      () => {
        throw new Error('no id');
      },
      'the key of its contract threw Error: no id. Correct the contract',
    ],
  ])('is refused when its contract makes no key: %s', async (_title, key, message) => {
    const sent = new InMemoryProducer().send(defineTopic('t', { payload: z.string(), key })('x'));
    await expect(sent).rejects.toMatchObject({
      name: 'InvalidRecordError',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is refused when its contract makes no headers', async () => {
    const headers = (): never => new Map() as never;
    const contract = defineTopic('t', { payload: z.string(), key: null, headers });
    await expect(new InMemoryProducer().send(contract('x'))).rejects.toThrow(
      'the headers of its contract are an instance of Map, not a plain object of names and values. Let the contract return Object.fromEntries(headers).',
    );
  });

  it('is serialised by the serializer of its contract', async () => {
    const serializer = { serialize: (text: string) => `<${text}>` };
    const kafka = new InMemoryProducer();
    await kafka.send({ ...defineTopic('t', { payload: z.string(), key: null, serializer })('x'), partition: 0 });
    expect(kafka.records.all()[0]?.text).toBe('<x>');
  });
});

describe('an @Emit of such a contract', () => {
  class Orders {
    @Emit(orderPlaced, { headers: () => ({ items: 'of the emit' }) })
    async place(orderId: string): Promise<z.input<typeof schema>> {
      return { orderId, items: [{ sku: 's' }] };
    }
  }

  it('sends what the schema makes of the result, and gives the caller the result itself', async () => {
    const kafka = new InMemoryProducer();
    const placed = await bindKafkaProducer(new Orders(), kafka).place(' o-1 ');
    expect(placed).toEqual({ orderId: ' o-1 ', items: [{ sku: 's' }] });
    expect(kafka.records.all()[0]).toMatchObject({
      keyText: 'o-1',
      headers: { type: 'OrderPlaced', items: 'of the emit' },
    });
  });

  it('rejects the call of the method when the result does not pass', async () => {
    const error = await failureOf(bindKafkaProducer(new Orders(), new InMemoryProducer()).place(5 as never));
    expect(error.problems).toMatchObject([{ path: 'orderId' }]);
  });
});
