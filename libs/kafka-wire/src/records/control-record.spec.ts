import { describe, expect, it } from 'vitest';
import { WireError } from '../primitives/wire-error.js';
import { decodeControlRecord, encodeControlRecord } from './control-record.js';

describe('a control record', () => {
  it.each([
    ['abort', 0, '00000000', '000000000000'],
    ['commit', 258, '00000001', '000000000102'],
  ] as const)('that says %s is written as Kafka writes it, and read back', (type, coordinatorEpoch, key, value) => {
    const record = encodeControlRecord({ type, coordinatorEpoch });
    expect([record.key.toString('hex'), record.value.toString('hex')]).toEqual([key, value]);
    expect(decodeControlRecord(record)).toEqual({ type, coordinatorEpoch });
  });

  it('of a later version is read as far as it is known', () => {
    const record = { key: Buffer.from('0001000100', 'hex'), value: Buffer.from('000100000009ffff', 'hex') };
    expect(decodeControlRecord(record)).toEqual({ type: 'commit', coordinatorEpoch: 9 });
  });

  it('of another type, a leader change of KRaft for example, is not a transaction’s end', () => {
    expect(decodeControlRecord({ key: Buffer.from('00000002', 'hex'), value: Buffer.alloc(0) })).toBeUndefined();
  });

  it.each([
    ['no key', null, Buffer.alloc(6)],
    ['no value', Buffer.alloc(4), null],
    ['half a key', Buffer.alloc(3), Buffer.alloc(6)],
    ['half a value', Buffer.alloc(4), Buffer.alloc(5)],
  ])('with %s is refused', (_name, key, value) => {
    expect(() => decodeControlRecord({ key, value })).toThrow(WireError);
  });
});
