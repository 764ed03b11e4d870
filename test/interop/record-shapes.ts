import { randomBytes, seededRandom } from '../support/random.js';
import { readBytes, type ReadBytes } from './read-record.js';

type HeaderInput = string | Uint8Array | null;

/** A record without its topic, and what every client must find in the log. */
export interface RecordShape {
  readonly record: {
    readonly value: unknown;
    readonly key?: string | Uint8Array | null;
    readonly headers?: Readonly<Record<string, HeaderInput | readonly HeaderInput[]>>;
    readonly partition?: number;
    readonly timestamp?: number | Date;
  };
  readonly key: ReadBytes;
  readonly value: ReadBytes;
  readonly headers?: readonly (readonly [string, ReadBytes])[];
  /** Left out: the moment of the call. */
  readonly timestampMs?: number;
}

export const PARTITIONS = 3;

const LARGE = 600_000;
const random = seededRandom(4);
const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const ALL_BYTES = Buffer.from(allBytes).toString('latin1');
/** A window on memory that has other bytes on both sides. */
const view = Uint8Array.from([9, 9, 1, 0, 255, 9]).subarray(2, 5);
const incompressible = randomBytes(random, LARGE);
const repetitive = 'order 4711 of customer 42; '.repeat(LARGE / 25).slice(0, LARGE);
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

/** By what is special about them. */
export const recordShapes: Readonly<Record<string, RecordShape>> = {
  'string key and value': { record: { key: 'k', value: 'v' }, key: 'k', value: 'v' },
  'text beyond ASCII': {
    record: { key: 'clé-訂單', value: 'Grüße 👍' },
    key: utf8('clé-訂單'),
    value: utf8('Grüße 👍'),
  },
  'control characters': { record: { key: 'a\nb\t\0', value: '\r\n"{\\' }, key: 'a\nb\t\0', value: '\r\n"{\\' },
  'all bytes': { record: { key: allBytes, value: allBytes }, key: ALL_BYTES, value: ALL_BYTES },
  'views of larger memory': { record: { key: view, value: view }, key: '\x01\x00\xff', value: '\x01\x00\xff' },
  'a Buffer': { record: { key: Buffer.from([0x80]), value: Buffer.from('b') }, key: '\x80', value: 'b' },
  'no key': { record: { value: 'v' }, key: null, value: 'v' },
  'null key': { record: { key: null, value: 'v' }, key: null, value: 'v' },
  'empty strings': { record: { key: '', value: '' }, key: '', value: '' },
  'empty arrays': { record: { key: new Uint8Array(0), value: new Uint8Array(0) }, key: '', value: '' },
  tombstone: { record: { key: 'gone', value: null }, key: 'gone', value: null },
  'nothing at all': { record: { value: null }, key: null, value: null },
  'a payload with fields "value" and "key"': {
    record: { value: { value: 1, key: 'not the key', headers: { a: 1 }, partition: 2, topic: 't' } },
    key: null,
    value: '{"value":1,"key":"not the key","headers":{"a":1},"partition":2,"topic":"t"}',
  },
  'a number': { record: { value: 42.5 }, key: null, value: '42.5' },
  'a boolean': { record: { value: false }, key: null, value: 'false' },
  'an array': { record: { value: ['é', null] }, key: null, value: utf8('["é",null]') },
  'one header': {
    record: { value: '1', headers: { type: 'OrderPlaced' } },
    key: null,
    value: '1',
    headers: [['type', 'OrderPlaced']],
  },
  'no headers in an object': { record: { value: '0', headers: {} }, key: null, value: '0' },
  'binary, empty and null headers': {
    record: { value: '4', headers: { binary: allBytes, empty: '', none: null, ключ: 'é', nothing: new Uint8Array(0) } },
    key: null,
    value: '4',
    headers: [
      ['binary', ALL_BYTES],
      ['empty', ''],
      ['none', null],
      ['ключ', utf8('é')],
      ['nothing', ''],
    ],
  },
  'multi-valued headers': {
    record: { value: '5', headers: { a: ['1', null, new Uint8Array([2]), '', '1'], b: ['x'], c: [] } },
    key: null,
    value: '5',
    headers: [
      ['a', '1'],
      ['a', null],
      ['a', '\x02'],
      ['a', ''],
      ['a', '1'],
      ['b', 'x'],
    ],
  },
  'many headers': {
    record: { value: '200', headers: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`h${i}`, String(i)])) },
    key: null,
    value: '200',
    headers: Array.from({ length: 200 }, (_, i) => [`h${i}`, String(i)] as const),
  },
  'a timestamp': {
    record: { value: 't', timestamp: 1_700_000_000_123 },
    key: null,
    value: 't',
    timestampMs: 1_700_000_000_123,
  },
  'a Date': {
    record: { value: 'd', timestamp: new Date('2001-02-03T04:05:06.789Z') },
    key: null,
    value: 'd',
    timestampMs: 981_173_106_789,
  },
  'the epoch': { record: { value: 'e', timestamp: 0 }, key: null, value: 'e', timestampMs: 0 },
  'a partition, before the key': { record: { key: 'k', value: 'p0', partition: 0 }, key: 'k', value: 'p0' },
  'the same key elsewhere': { record: { key: 'k', value: 'p1', partition: 1 }, key: 'k', value: 'p1' },
  'the last partition': { record: { value: 'p2', partition: PARTITIONS - 1 }, key: null, value: 'p2' },
  '600 KB of random bytes': {
    record: { key: 'large', value: incompressible },
    key: 'large',
    value: readBytes(incompressible),
  },
  '600 KB of text': { record: { key: 'large', value: repetitive }, key: 'large', value: readBytes(repetitive) },
};
