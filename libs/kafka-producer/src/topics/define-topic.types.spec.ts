import { IsString } from 'class-validator';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import { defineTopic, type AnyTopicContract, type PayloadOf, type TopicContract } from './define-topic.js';
import type { TopicProducer } from './topic-producer.js';

interface OrderPlaced {
  readonly orderId: string;
  readonly total: number;
}

class OrderDto {
  @IsString()
  readonly orderId!: string;
}

describe('the types of a contract', () => {
  it('come from a zod schema: its input is taken, its output is the payload', () => {
    const payload = z.object({ id: z.string(), at: z.iso.datetime().transform((text) => new Date(text)) });
    const contract = defineTopic('t', {
      payload,
      key: (event) => {
        expectTypeOf(event).toEqualTypeOf<{ id: string; at: Date }>();
        return event.id;
      },
      headers: (event) => ({ at: event.at.toISOString() }),
    });
    expectTypeOf(contract).toEqualTypeOf<TopicContract<{ id: string; at: Date }, { id: string; at: string }>>();
    expectTypeOf<PayloadOf<typeof contract>>().toEqualTypeOf<{ id: string; at: Date }>();
    expectTypeOf(contract).parameter(0).toEqualTypeOf<{ id: string; at: string }>();
    // @ts-expect-error the output is not what it takes
    contract({ id: 'a', at: new Date() });
    // @ts-expect-error a key of something the payload does not have
    defineTopic('t', { payload, key: (event) => event.name });
    expect(contract.topic).toBe('t');
  });

  it('come from a valibot schema', () => {
    const payload = v.object({ id: v.string(), count: v.optional(v.number(), 1) });
    const contract = defineTopic('t', { payload, key: (event) => event.id });
    expectTypeOf<PayloadOf<typeof contract>>().toEqualTypeOf<{ id: string; count: number }>();
    expectTypeOf(contract).parameter(0).toEqualTypeOf<{ id: string; count?: number | undefined }>();
  });

  it('come from a class', () => {
    const contract = defineTopic('t', { payload: OrderDto, key: (event) => event.orderId });
    expectTypeOf(contract).toEqualTypeOf<TopicContract<OrderDto>>();
    // @ts-expect-error a property of another type
    contract({ orderId: 1 });
  });

  it('may be named, and what validates has to fit', () => {
    const ofClass = defineTopic<OrderDto>('t', { payload: OrderDto, key: ({ orderId }) => orderId });
    const schema = z.object({ orderId: z.string(), total: z.number() });
    const ofSchema = defineTopic<OrderPlaced>('t', { payload: schema, key: ({ orderId }) => orderId });
    expectTypeOf(ofClass).toEqualTypeOf<TopicContract<OrderDto>>();
    expectTypeOf(ofSchema).toEqualTypeOf<TopicContract<OrderPlaced>>();
    // @ts-expect-error the class lacks total
    defineTopic<OrderPlaced>('t', { payload: OrderDto, key: null });
    // @ts-expect-error the schema makes no total
    defineTopic<OrderPlaced>('t', { payload: z.object({ orderId: z.string() }), key: null });
  });

  it('fit wherever any contract does, and a TopicProducer takes what the contract takes', () => {
    const contract = defineTopic('t', { payload: z.object({ at: z.coerce.date() }), key: null });
    expectTypeOf(contract).toExtend<AnyTopicContract>();
    expectTypeOf(defineTopic<OrderPlaced>('t', { key: null })).toExtend<AnyTopicContract>();
    expectTypeOf<TopicProducer<OrderPlaced>['send']>().parameter(0).toEqualTypeOf<OrderPlaced>();
    expectTypeOf<TopicProducer<OrderPlaced>['sendAll']>().parameter(0).toEqualTypeOf<readonly OrderPlaced[]>();
  });
});
