import { describe, expect, it } from 'vitest';

import { InMemoryProducer } from '../../testing/in-memory-producer.js';
import { deadLetterRecord, type ConsumedMessage } from './dead-letter.js';

const WHY = { topic: 'orders', partition: 3, groupId: 'stock', attempts: 10, error: new TypeError('no stock') };
const MESSAGE: ConsumedMessage = {
  key: Buffer.from([0, 255]),
  value: Buffer.from([1, 254]),
  offset: '42',
  timestamp: '1700000000000',
  headers: { trace: Buffer.from('abc') },
};

describe('the record for the dead-letter topic', () => {
  it('has the key, the value and the headers of the message, and where it comes from and why', () => {
    expect(deadLetterRecord('orders.dead', MESSAGE, WHY)).toMatchObject({
      topic: 'orders.dead',
      key: MESSAGE.key,
      value: MESSAGE.value,
      headers: {
        trace: [Buffer.from('abc')],
        'dead-letter-original-topic': ['orders'],
        'dead-letter-original-partition': ['3'],
        'dead-letter-original-offset': ['42'],
        'dead-letter-original-timestamp': ['1700000000000'],
        'dead-letter-consumer-group': ['stock'],
        'dead-letter-attempts': ['10'],
        'dead-letter-error-name': ['TypeError'],
        'dead-letter-error-message': ['no stock'],
      },
    });
  });

  it('is bytes as they were, whatever serializers the module has', async () => {
    const loud = { serialize: () => 'changed' };
    const producer = new InMemoryProducer({ serializers: { key: loud, value: loud, header: loud } });
    const headers = { trace: Buffer.from([0, 200]), twice: [Buffer.from('a'), Buffer.from('b')], none: null };
    await producer.send(deadLetterRecord('orders.dead', { ...MESSAGE, headers }, WHY));
    const [written] = producer.records.in('orders.dead');
    expect(Buffer.from(written!.key as Uint8Array)).toEqual(MESSAGE.key);
    expect(Buffer.from(written!.value as Uint8Array)).toEqual(MESSAGE.value);
    expect(written!.headers).toMatchObject({ 'dead-letter-error-message': 'no stock' });
  });

  it('keeps the tombstone and the missing key of a message', () => {
    const record = deadLetterRecord('orders.dead', { value: null, offset: '1' }, WHY);
    expect(record).toMatchObject({ key: null, value: null });
    expect(Object.keys(record.headers!)).not.toContain('dead-letter-original-timestamp');
  });

  it('adds to what a message brings along that was put away before: the newest is last', () => {
    const headers = { 'dead-letter-attempts': Buffer.from('3') };
    const record = deadLetterRecord('orders.dead', { ...MESSAGE, headers }, WHY);
    expect(record.headers!['dead-letter-attempts']).toEqual([Buffer.from('3'), '10']);
  });

  it('keeps a header whose name is that of a hidden property', () => {
    const headers = Object.fromEntries([['__proto__', Buffer.from('x')]]);
    const record = deadLetterRecord('orders.dead', { ...MESSAGE, headers }, WHY);
    expect(Object.entries(record.headers!)[0]).toEqual(['__proto__', [Buffer.from('x')]]);
  });

  it('cuts what an error says, so that the record is hardly larger than the message', () => {
    const record = deadLetterRecord('orders.dead', MESSAGE, { ...WHY, error: new Error('x'.repeat(5_000)) });
    expect(record.headers!['dead-letter-error-message']).toEqual([`${'x'.repeat(1_000)}…`]);
  });

  it('says what was thrown when that is no error', () => {
    const { headers } = deadLetterRecord('orders.dead', MESSAGE, { ...WHY, error: 'sold out' });
    expect([headers!['dead-letter-error-name'], headers!['dead-letter-error-message']]).toEqual([
      ['string'],
      ['sold out'],
    ]);
  });
});
