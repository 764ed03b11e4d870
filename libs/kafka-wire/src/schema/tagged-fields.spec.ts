import { describe, expect, it } from 'vitest';
import { ByteReader } from '../primitives/byte-reader.js';
import { ByteWriter } from '../primitives/byte-writer.js';
import { array, int32, string, struct } from './field.js';
import { readMessage } from './message-reader.js';
import { MessageSchema } from './message-schema.js';
import { writeMessage } from './message-writer.js';
import { parseVersions } from './version-range.js';

/** Listed in an order that is not the one of the tags. */
const schema = new MessageSchema(
  [
    struct('leader', '0+', [int32('id', '0+', { default: -1 }), int32('epoch', '0+', { default: -1 })], {
      tagged: '1+',
      tag: 1,
    }),
    string('note', '1+', { nullable: '1+', default: null, tagged: '1+', tag: 0 }),
    array('endpoints', '1+', [string('host', '1+')], { tagged: '1+', tag: 2 }),
  ],
  parseVersions('1+'),
);

function encode(version: number, input: Readonly<Record<string, unknown>>): string {
  const writer = new ByteWriter();
  writeMessage(writer, schema.plan(version), input);
  return writer.build().toString('hex');
}

function decode(...hex: string[]): Record<string, unknown> {
  return readMessage(new ByteReader(Buffer.from(hex.join(''), 'hex')), schema.plan(1));
}

const NOTE = '00' + '02' + '026e';
const LEADER = '01' + '09' + '0000000500000006' + '00';
const UNKNOWN = '63' + '03' + 'aabbcc';

describe('tagged fields', () => {
  it('are in line before the versions that tag them', () => {
    expect(encode(0, { leader: { id: 5, epoch: 6 } })).toBe('0000000500000006');
  });

  it('are not written when they say nothing but the default', () => {
    expect(encode(1, { leader: { id: -1 }, note: null, endpoints: [] })).toBe('00');
  });

  it('are written by ascending tag, each with its size', () => {
    expect(encode(1, { leader: { id: 5, epoch: 6 }, note: 'n' })).toBe('02' + NOTE + LEADER);
    expect(encode(1, { endpoints: [{ host: 'h' }] })).toBe('01' + '02' + '04' + '02' + '0268' + '00');
  });

  it('are read in any order, and unknown ones are skipped', () => {
    const message = { leader: { id: 5, epoch: 6 }, note: 'n', endpoints: [] };

    expect(decode('03', UNKNOWN, LEADER, NOTE)).toEqual(message);
    expect(decode('03', NOTE, LEADER, UNKNOWN)).toEqual(message);
  });

  it('are refused when they are not as long as they say', () => {
    expect(() => decode('01' + '00' + '03' + '026e00')).toThrow('note: tag 0 took 2 of its 3 bytes (at byte 3)');
  });

  it('are refused when more are announced than there are bytes', () => {
    expect(() => decode('ffffffff0f')).toThrow('1 bytes wanted, 0 left (at byte 5)');
    expect(() => decode('01' + '63' + 'ffffffff0f')).toThrow('4294967295 bytes wanted, 0 left (at byte 7)');
  });

  it('are refused with the place of a wrong value', () => {
    expect(() => encode(1, { leader: { id: null } })).toThrow('leader.id: null in a version without null');
    expect(() => decode('01' + '02' + '03' + '020568')).toThrow(
      'endpoints[0].host: 4 bytes wanted, 1 left (at byte 5)',
    );
  });
});
