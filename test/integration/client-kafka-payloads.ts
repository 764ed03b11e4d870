/** Anything an application may have given to `ClientKafka.emit()`; made anew for each client, because ClientKafka changes it. */
export const payloads: Readonly<Record<string, () => unknown>> = {
  'a plain object': () => ({ orderId: 'SO-1', total: 38.7, tags: ['a', 'ü'], nested: { at: new Date(0) } }),
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
  'a plain object with a toString of its own': () => ({ a: 1, toString: () => 'text' }),
  'an array': () => [1, 'two', null, undefined, { three: 3 }],
  'an empty array': () => [],
  'an empty object': () => ({}),
  'a string': () => 'grüße, 世界 🙂',
  'an empty string': () => '',
  'a number': () => 38.7,
  zero: () => 0,
  'NaN, which is no JSON': () => Number.NaN,
  false: () => false,
  'a bigint': () => 12_345_678_901_234_567_890n,
  'a symbol': () => Symbol('s'),
  'a function': () => Math.max,
  'a Buffer': () => Buffer.from([0, 255, 1, 128]),
  'an empty Buffer': () => Buffer.alloc(0),
  'a Uint8Array, which becomes a list of numbers': () => new Uint8Array([0, 255, 1]),
  'a Date, which becomes its local text': () => new Date(1_700_000_000_000),
  'a Map': () => new Map([['a', 1]]),
  'an instance of a class': () => new Order('SO-2'),
  'an instance of a class with a toString': () => new Sku('A-1'),
  'an instance with a toJSON': () => new Money(1250),
  'an Error': () => new TypeError('wrong'),
  'an object with a null value: a tombstone': () => ({ key: 'k', value: null }),
  'an object with a key alone: a tombstone too': () => ({ key: 'k' }),
  'a value that is undefined': () => ({ key: 'k', value: undefined }),
  'a key and an object': () => ({ key: 'order-1', value: { total: 1 } }),
  'a key and a string': () => ({ key: 'order-2', value: 'text' }),
  'an empty key': () => ({ key: '', value: 'x' }),
  'a key that is null': () => ({ key: null, value: 'x' }),
  'a key that is a number': () => ({ key: 4711, value: 'x' }),
  'a key that is an object': () => ({ key: { tenant: 't', id: 1 }, value: 'x' }),
  'a key that is a Buffer': () => ({ key: Buffer.from([1, 2, 3, 250]), value: 'x' }),
  'a key that is a Date': () => ({ key: new Date(0), value: 'x' }),
  'a key whose toJSON gives nothing': () => ({ key: { toJSON: () => undefined }, value: 'x' }),
  'a business object with a value, whose other fields are lost': () => ({ value: 10, currency: 'EUR' }),
  'a business object with a key, whose other fields are lost': () => ({ key: 'door-1', room: 5 }),
  'a value that is false': () => ({ value: false }),
  'a value that is an array': () => ({ value: [{ a: 1 }] }),
  'a value that is a Buffer': () => ({ value: Buffer.from('bytes') }),
  'key and value inherited from a class': () => new Envelope(),
  'one header': () => ({ value: 'x', headers: { type: 'OrderPlaced' } }),
  'headers of all kinds, in order': () => ({
    value: 'x',
    headers: { zeta: 'ü', alpha: Buffer.from([0, 255]), empty: '', many: ['1', Buffer.from('2'), '3'] },
  }),
  'no headers': () => ({ value: 'x', headers: {} }),
  'headers that are null': () => ({ value: 'x', headers: null }),
  'headers without key and value, which are payload': () => ({ headers: { a: 'b' }, topic: 't' }),
  'a partition': () => ({ value: 'x', partition: 2 }),
  'a partition against the key': () => ({ key: 'order-1', value: 'x', partition: 0 }),
  'a timestamp, as kafkajs types it': () => ({ value: 'x', timestamp: '1700000000000' }),
  'a timestamp that is a number': () => ({ value: 'x', timestamp: 1_700_000_000_001 }),
};

/** What ClientKafka cannot send either. */
export const impossible: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  'an object that contains itself': () => {
    const it: Record<string, unknown> = {};
    return Object.assign(it, { it });
  },
  'a bigint in an object': () => ({ value: { n: 1n } }),
  'a value whose toJSON gives nothing': () => ({ value: { toJSON: () => undefined } }),
  'an object that has no toString': () => Object.create(Object.create(null) as object) as unknown,
  'a header that is a number': () => ({ value: 'x', headers: { n: 5 } }),
};

class Order {
  constructor(readonly id: string) {}
}

class Sku {
  constructor(readonly id: string) {}
  toString(): string {
    return `sku:${this.id}`;
  }
}

class Money {
  constructor(readonly cents: number) {}
  toJSON(): string {
    return (this.cents / 100).toFixed(2);
  }
}

/** ClientKafka writes to the message, so inherited fields must be writable. */
class Envelope {
  declare key: string;
  declare value: object;
}
Object.assign(Envelope.prototype, { key: 'inherited', value: { a: 1 } });
