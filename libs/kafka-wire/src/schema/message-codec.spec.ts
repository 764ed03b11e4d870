import { describe, expect, expectTypeOf, it } from 'vitest';
import { ByteReader } from '../primitives/byte-reader.js';
import { ByteWriter } from '../primitives/byte-writer.js';
import { WireError } from '../primitives/wire-error.js';
import {
  array,
  bool,
  bytes,
  int16,
  int32,
  int64,
  opaque,
  records,
  string,
  struct,
  uuid,
  type InputOf,
  type MessageOf,
} from './field.js';
import { readMessage } from './message-reader.js';
import { MessageSchema } from './message-schema.js';
import { writeMessage } from './message-writer.js';
import { parseVersions } from './version-range.js';

/** Versions 0 and 1 are plain, 2 is flexible. */
const fields = [
  string('name', '0+', { nullable: '1+' }),
  int32('timeoutMs', '1+', { default: 60_000 }),
  int64('offset', '1', { default: -1 }),
  bool('isInternal', '0+'),
  bytes('payload', '0+'),
  records('records', '0+', { nullable: '0+' }),
  opaque('producerId', '1+', { default: Buffer.alloc(8, 0xff) }),
  uuid('topicId', '2+'),
  array('partitions', '0+', [int32('index', '0+'), array('isrNodes', '0+', 'int32')], { nullable: '1+' }),
  struct('leader', '2+', [int32('id', '2+', { default: -1 }), int32('epoch', '2+', { default: -1 })], {
    tagged: '2+',
    tag: 1,
  }),
  string('note', '2+', { nullable: '2+', default: null, tagged: '2+', tag: 0 }),
] as const;

const schema = new MessageSchema(fields, parseVersions('2+'));

function encode(version: number, input: InputOf<typeof fields>): Buffer {
  const writer = new ByteWriter();
  writeMessage(writer, schema.plan(version), input);
  return writer.build();
}

function decode(version: number, frame: Buffer): MessageOf<typeof fields> {
  return readMessage(new ByteReader(frame), schema.plan(version)) as MessageOf<typeof fields>;
}

function failure(work: () => unknown): WireError {
  try {
    work();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const DEFAULTS = {
  name: '',
  timeoutMs: 60_000,
  offset: -1,
  isInternal: false,
  payload: Buffer.alloc(0),
  records: null,
  producerId: Buffer.alloc(8, 0xff),
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  partitions: [],
  leader: { id: -1, epoch: -1 },
  note: null,
};

describe('a message table', () => {
  it('gives the message its type', () => {
    expectTypeOf<Omit<MessageOf<typeof fields>, 'records'>>().toEqualTypeOf<{
      name: string | null;
      timeoutMs: number;
      offset: number;
      isInternal: boolean;
      payload: Buffer;
      producerId: Buffer;
      topicId: string;
      partitions: { index: number; isrNodes: number[] }[] | null;
      leader: { id: number; epoch: number };
      note: string | null;
    }>();
    expectTypeOf<null>().toExtend<MessageOf<typeof fields>['records']>();
    expectTypeOf<{ partitions: readonly { index: 1 }[] }>().toExtend<InputOf<typeof fields>>();
    expectTypeOf<{ payload: Uint8Array; name: null }>().toExtend<InputOf<typeof fields>>();
    expectTypeOf<{ payload: string }>().not.toExtend<InputOf<typeof fields>>();
    expectTypeOf<{ timeoutMs: null }>().not.toExtend<InputOf<typeof fields>>();
  });

  it.each([0, 1, 2])('reads every field of version %d, the missing ones with their default', (version) => {
    expect(decode(version, encode(version, {}))).toEqual(DEFAULTS);
  });

  it('takes undefined for absent', () => {
    expect(encode(2, { name: undefined, partitions: undefined, leader: undefined })).toEqual(encode(2, {}));
  });

  it('leaves out what the version does not have', () => {
    expect(encode(0, { timeoutMs: 1, offset: 2, leader: { id: 3 } })).toEqual(encode(0, {}));
  });

  it('gives all messages the same order of fields', () => {
    const keys = fields.map(({ name }) => name);

    for (const version of [0, 1, 2])
      expect(Object.keys(decode(version, encode(version, { leader: { id: 1 } })))).toEqual(keys);
  });

  it('makes defaults that are not shared between messages', () => {
    const first = decode(0, encode(0, {}));
    first.producerId.fill(0);
    first.leader.id = 7;

    expect(decode(0, encode(0, {}))).toEqual(DEFAULTS);
  });

  it('writes plain versions with fixed lengths', () => {
    const frame = encode(0, { name: 'a', payload: Buffer.of(1), partitions: [{ index: 2, isrNodes: [3] }] });

    expect(frame.toString('hex')).toBe(
      ['0001' + '61', '00', '00000001' + '01', 'ffffffff', '00000001' + '00000002' + '00000001' + '00000003'].join(''),
    );
  });

  it('writes flexible versions with compact lengths and a tag section at every level', () => {
    const frame = encode(2, {
      name: null,
      timeoutMs: 1,
      topicId: 'AAECAwQFBgcICQoLDA0ODw',
      partitions: [{ index: 2 }],
    });

    expect(frame.toString('hex')).toBe(
      [
        '00',
        '00000001',
        '00',
        '01',
        '00',
        'f'.repeat(16),
        '000102030405060708090a0b0c0d0e0f',
        '02' + '00000002' + '01' + '00',
        '00',
      ].join(''),
    );
  });

  it('keeps a copy of a producer id, not a view of the frame', () => {
    const frame = encode(1, { producerId: Buffer.alloc(8, 7) });
    const { producerId } = decode(1, frame);
    frame.fill(0);

    expect(producerId).toEqual(Buffer.alloc(8, 7));
  });
});

describe('input that is not the message', () => {
  const full = {
    name: 'orders',
    payload: Buffer.of(1, 2),
    leader: { id: 1 },
    partitions: [{ index: 0 }, { index: 1, isrNodes: [1, 2] }],
  };

  it.each([0, 1, 2])('is refused at every place where version %d can be cut off', (version) => {
    const frame = encode(version, full);
    for (let length = 0; length < frame.length; length++) {
      const error = failure(() => decode(version, frame.subarray(0, length)));

      expect(error.position).toBeLessThanOrEqual(length);
    }
  });

  it.each([
    [0, '000000' + '00000000' + 'ffffffff' + '7fffffff', '2147483647 elements do not fit into 0 bytes'],
    [
      2,
      '01' + '00000000' + '00' + '01' + '00' + '00'.repeat(24) + 'ffffffff0f',
      '4294967294 elements do not fit into 0 bytes',
    ],
  ])('cannot make version %d allocate for elements that are not there', (version, hex, reason) => {
    expect(failure(() => decode(version, Buffer.from(hex, 'hex')))).toMatchObject({ path: 'partitions', reason });
  });

  it('is located by the path of the field and the position in the frame', () => {
    const frame = encode(0, full);
    frame.writeInt32BE(3, frame.length - 12);
    const error = failure(() => decode(0, frame));

    expect(error.message).toBe(
      `partitions[1].isrNodes: 3 elements do not fit into 8 bytes (at byte ${frame.length - 12})`,
    );
  });

  it('may not be null where the version has no null', () => {
    expect(failure(() => decode(0, Buffer.from('ffff', 'hex'))).message).toBe(
      'name: null value in a version without null (at byte 0)',
    );
    expect(failure(() => decode(0, Buffer.from('fffe', 'hex'))).message).toBe('name: negative length -2 (at byte 0)');
    expect(decode(1, encode(1, { name: null, partitions: null }))).toMatchObject({ name: null, partitions: null });
  });
});

describe('a value the wire cannot carry', () => {
  it.each([
    ['null where the version has none', 0, { name: null }, 'name: null in a version without null'],
    ['a number for a string', 1, { name: 7 }, 'name: expected a string, got number'],
    ['a string for a number', 1, { timeoutMs: '7' }, 'timeoutMs: expected an int32, got "7"'],
    ['a fraction', 1, { partitions: [{}, { index: 0.5 }] }, 'partitions[1].index: expected an int32, got 0.5'],
    [
      'a number beyond int32',
      0,
      { partitions: [{ isrNodes: [1, 2 ** 31] }] },
      'partitions[0].isrNodes[1]: expected an int32, got 2147483648',
    ],
    ['a string for a struct', 0, { partitions: ['p'] }, 'partitions[0]: expected an object, got string'],
    ['an object for an array', 0, { partitions: {} }, 'partitions: expected an array, got object'],
    ['a string for bytes', 0, { payload: 'abc' }, 'payload: expected bytes, got string'],
    ['a producer id of four bytes', 1, { producerId: Buffer.alloc(4) }, 'producerId: expected eight bytes'],
    ['a truthy number for a boolean', 0, { isInternal: 1 }, 'isInternal: expected a boolean, got 1'],
    ['a string beyond 32767 bytes', 2, { name: 'é'.repeat(16_384) }, 'name: a string of 32768 bytes; 32767 fit'],
    ['a wrong tagged value', 2, { leader: { id: null } }, 'leader.id: null in a version without null'],
  ])('is refused with its place: %s', (_title, version, input, message) => {
    expect(failure(() => encode(version, input as never)).message).toBe(message);
  });
});

it('encodes int16 lengths up to their end', () => {
  const name = 'n'.repeat(32_767);

  expect(decode(0, encode(0, { name })).name).toBe(name);
});

it('refuses int16 values that do not fit', () => {
  const small = new MessageSchema([int16('errorCode', '0+')], parseVersions('none'));

  expect(() => writeMessage(new ByteWriter(), small.plan(0), { errorCode: 40_000 })).toThrow(
    'errorCode: expected an int16, got 40000',
  );
});
