import { encodeRecordBatch, loadCodec, type RecordInput } from 'kafka-wire';
import { describe, expect, it } from 'vitest';
import { randomBytes, seededRandom } from '../support/random.js';
import { encodeWithKafkajs, type KafkajsBatch, type KafkajsRecord } from './kafkajs-encoder.js';

const NOW = 1_700_000_000_000;

/** The same batch in our encoder's terms. */
async function encodeWithOurs({ records, compression, producer, isTransactional }: KafkajsBatch): Promise<Buffer> {
  const producerId = Buffer.alloc(8);
  producerId.writeBigInt64BE(BigInt(producer?.id ?? -1));
  return encodeRecordBatch({
    records: records.map(toInput),
    ...(compression && { codec: await loadCodec(compression) }),
    producer: {
      producerId,
      producerEpoch: producer?.epoch ?? -1,
      baseSequence: producer?.baseSequence ?? -1,
      isTransactional: isTransactional ?? false,
    },
  });
}

function toInput({ key, value, timestamp, headers = {} }: KafkajsRecord): RecordInput {
  const list = Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((headerValue) => ({ key: name, value: headerValue })),
  );
  return { key, value, timestamp, headers: list };
}

/** Nothing when both encoders write the same bytes. Whole batches are not shown: a diff of them takes the reporter minutes. */
async function differenceOf(batch: KafkajsBatch) {
  const [ours, theirs] = await Promise.all([encodeWithOurs(batch), encodeWithKafkajs(batch)]);
  return ours.equals(theirs) ? undefined : { ours: excerpt(ours, theirs), theirs: excerpt(theirs, ours) };
}

/** Where two buffers part, with what follows. */
function excerpt(one: Buffer, other: Buffer) {
  const position = one.findIndex((byte, i) => byte !== other[i]);
  return { length: one.length, position, hex: one.subarray(position, position + 64).toString('hex') };
}

const record = (fields: Partial<KafkajsRecord> = {}): KafkajsRecord => ({
  key: null,
  value: null,
  timestamp: NOW,
  ...fields,
});

const keys: readonly KafkajsRecord['key'][] = [null, '', 'k', 'order-1', Buffer.alloc(0), Buffer.from([0, 0xff, 0x80])];
const texts = [
  'é',
  '漢字',
  '👋🏽',
  '\u0000',
  '\ud800 half a pair',
  'ß'.repeat(31),
  'ß'.repeat(32),
  'a'.repeat(33),
  `${'a'.repeat(40)}é`,
];

/** Around every size at which a varint, a short cut or a buffer grows. */
const sizes = [
  0, 1, 30, 31, 32, 33, 62, 63, 64, 65, 127, 128, 1_000, 8_190, 8_191, 8_192, 8_193, 16_384, 65_536, 100_000,
];

const shapes: readonly [name: string, records: readonly KafkajsRecord[]][] = [
  ...keys.flatMap((key) =>
    keys.map((value): [string, KafkajsRecord[]] => [
      `key ${shown(key)}, value ${shown(value)}`,
      [record({ key, value })],
    ]),
  ),
  ...texts.map((text): [string, KafkajsRecord[]] => [
    `text ${shown(text)} everywhere`,
    [record({ key: text, value: text, headers: { [text]: text } })],
  ]),
  ...sizes.flatMap((size): [string, KafkajsRecord[]][] => [
    [`value of ${size} bytes`, [record({ value: Buffer.alloc(size, 7) })]],
    [`text of ${size} characters as value, key and header`, [text(size)]],
  ]),
  ['one header', [record({ headers: { a: '1' } })]],
  ['several headers', [record({ headers: { a: '1', b: Buffer.from([0, 1]), c: '' } })]],
  ['a header that repeats', [record({ headers: { a: ['1', '2', Buffer.from('3')], b: 'x' } })]],
  [
    'two hundred headers',
    [record({ headers: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`h${i}`, `${i}`])) })],
  ],
  ['the same time', times(() => 0)],
  ['ascending times', times((i) => i * 1_000)],
  ['descending times', times((i) => -i)],
  ['times far apart', times((i) => (i % 2 === 0 ? i * 2 ** 33 : -i * 2 ** 33))],
  ['times in 1970', [record({ timestamp: 0 }), record({ timestamp: 5 })]],
  ['times around every length of a varint', [...Array(40).keys()].flatMap((bits) => around(2 ** bits))],
];

function shown(value: KafkajsRecord['key']): string {
  if (value === null) return 'null';
  return Buffer.isBuffer(value)
    ? `<${value.toString('hex')}>`
    : JSON.stringify(value.length > 12 ? `${value.slice(0, 12)}…` : value);
}

function text(size: number): KafkajsRecord {
  return record({ key: 'k'.repeat(size), value: 'v'.repeat(size), headers: { h: 'h'.repeat(size) } });
}

function times(deltaOf: (index: number) => number): KafkajsRecord[] {
  return Array.from({ length: 20 }, (_, i) => record({ value: `v${i}`, timestamp: NOW + deltaOf(i) }));
}

function around(delta: number): KafkajsRecord[] {
  return [-delta - 1, -delta, -delta + 1, delta - 1, delta, delta + 1].map((it) => record({ timestamp: NOW + it }));
}

describe('a record batch, byte for byte as kafkajs writes it', () => {
  it.each(shapes)('%s', async (_name, records) => {
    expect(await differenceOf({ records })).toBeUndefined();
  });

  it.each([1, 2, 63, 64, 65, 1_000, 8_191, 8_192, 8_193, 9_000])('%d records', async (count) => {
    const records = Array.from({ length: count }, (_, i) =>
      record({ key: `k${i}`, value: `value ${i}`, timestamp: NOW + i }),
    );
    expect(await differenceOf({ records })).toBeUndefined();
  });

  it.each([
    ['of a fresh producer', { producer: { id: 0, epoch: 0, baseSequence: 0 } }],
    ['of a producer', { producer: { id: 4_001, epoch: 12, baseSequence: 77_000 } }],
    [
      'of a producer with the largest numbers',
      { producer: { id: Number.MAX_SAFE_INTEGER, epoch: 32_767, baseSequence: 2 ** 31 - 1 } },
    ],
    ['of a transaction', { producer: { id: 1, epoch: 0, baseSequence: 3 }, isTransactional: true }],
    ['with gzip', { compression: 'gzip' }],
    [
      'of a transaction with gzip',
      { producer: { id: 1, epoch: 0, baseSequence: 3 }, isTransactional: true, compression: 'gzip' },
    ],
  ] as const)('%s', async (_name, batch) => {
    expect(await differenceOf({ records: times((i) => i), ...batch })).toBeUndefined();
  });

  it('whatever 300 random batches hold', async () => {
    const random = seededRandom(2_024);
    for (let i = 0; i < 300; i++) expect(await differenceOf(randomBatch(random)), `batch ${i}`).toBeUndefined();
  });
});

function randomBatch(random: () => number): KafkajsBatch {
  const below = (limit: number): number => Math.floor(random() * limit);
  const bytes = (): Buffer | string | null => {
    const size = below(2) === 0 ? below(40) : below(600);
    const kind = below(4);
    if (kind === 0) return null;
    if (kind === 1) return randomBytes(random, size);
    return String.fromCodePoint(
      ...Array.from({ length: size }, () => (kind === 2 ? 32 + below(90) : 1 + below(0xd000))),
    );
  };
  const randomRecord = (): KafkajsRecord => ({
    key: bytes(),
    value: bytes(),
    timestamp: NOW + below(2_000_000) - 1_000_000,
    headers: Object.fromEntries(Array.from({ length: below(4) }, (_, i) => [`header-${i}`, bytes() ?? ''])),
  });
  return {
    records: Array.from({ length: 1 + below(30) }, randomRecord),
    producer: { id: below(2 ** 40), epoch: below(2 ** 15), baseSequence: below(2 ** 31) },
    isTransactional: below(2) === 0,
    ...(below(4) === 0 && { compression: 'gzip' }),
  };
}

describe('kafkajs, in the shapes the comparison leaves out,', () => {
  it('throws for a header without a value', async () => {
    await expect(encodeWithKafkajs({ records: [record({ headers: { a: null } })] })).rejects.toThrow(TypeError);
  });

  it('makes text of the bytes of a plain Uint8Array', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const theirs = await encodeWithKafkajs({ records: [record({ value: bytes as Buffer })] });
    expect(theirs.includes('1,2,3')).toBe(true);
  });

  it('differs from ours, which any reader understands', async () => {
    const ours = await encodeRecordBatch({
      records: [{ value: new Uint8Array([1, 2, 3]), headers: [{ key: 'a', value: null }], timestamp: NOW }],
    });
    expect(ours.subarray(-8).toString('hex')).toBe('06010203' + '02' + '0261' + '01');
  });
});
