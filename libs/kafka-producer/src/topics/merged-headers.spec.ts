import { describe, expect, it } from 'vitest';

import { Emit } from '../decorators/emit.decorator.js';
import { bindKafkaProducer } from '../decorators/producer-slot.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { mergedHeaders } from './merged-headers.js';

describe('headers over those of a contract', () => {
  it('replace them name by name', () => {
    expect(mergedHeaders({ a: '1', b: '1' }, { b: '2' })).toEqual({ a: '1', b: '2' });
    expect(mergedHeaders(undefined, { b: '2' })).toEqual({ b: '2' });
  });

  it.each([
    ['a Map', new Map([['a', '1']])],
    ['a promise', Promise.resolve({ a: '1' })],
    ['a string', 'ab'],
    ['pairs', [['a', '1']]],
  ])('of an @Emit are refused when they are %s, rather than lost', async (_what, headers) => {
    class Host {
      @Emit<Host['run']>('orders', { headers: () => headers as unknown as Record<string, string> })
      async run(): Promise<string> {
        return 'x';
      }
    }
    const kafka = new InMemoryProducer();
    await expect(bindKafkaProducer(new Host(), kafka).run()).rejects.toMatchObject({
      code: 'KAFKA_PRODUCER_INVALID_RECORD',
      message: expect.stringMatching(/not a plain object|has to be there at once/) as string,
    });
    expect(kafka.records.all()).toEqual([]);
  });
});
