import fc from 'fast-check';
import {
  apis,
  encodeRequest,
  ZERO_UUID,
  type ApiDefinition,
  type Field,
  type Fields,
  type RequestInput,
} from 'kafka-wire';

import { batches } from './batches.js';

/** A whole frame and where it came from. */
export interface EncodedRequest {
  readonly api: string;
  readonly version: number;
  readonly frame: Buffer;
}

type Values = Readonly<Record<string, unknown>>;

/** Names that are there, that could be, and that cannot. */
const NAMES = fc.constantFrom(
  'orders',
  'payments',
  'group-1',
  'range',
  'consumer',
  '',
  '.',
  'a b',
  'ü'.repeat(40),
  'x'.repeat(260),
);
const UUIDS = fc.constantFrom(ZERO_UUID, 'AAAAAAAAAAAAAAAAAAAAAQ');
const BYTES = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const edges = (bits: number) => [0, 0, 0, 1, 1, 2, -1, -2, 100, 2 ** (bits - 1) - 1, -(2 ** (bits - 1))];

/** Sound requests of every API in every version of its table, about topics and groups that exist and others. */
export const requests: fc.Arbitrary<EncodedRequest> = fc.oneof(
  ...Object.values(apis as Readonly<Record<string, ApiDefinition>>).flatMap((api) =>
    Array.from({ length: api.versions.max - api.versions.min + 1 }, (_, at) => requestsOf(api, api.versions.min + at)),
  ),
);

export function requestsOf(api: ApiDefinition, version: number): fc.Arbitrary<EncodedRequest> {
  const clientId = fc.constantFrom('fuzz', '', null, 'ü'.repeat(100));
  return fc
    .tuple(messages(api.request.fields, version), clientId, fc.integer())
    .map(([body, client, correlationId]) => ({
      api: api.name,
      version,
      frame: encodeRequest(api, version, { correlationId, clientId: client }, body as RequestInput<ApiDefinition>),
    }));
}

function messages(fields: Fields, version: number): fc.Arbitrary<Values> {
  const present = fields.filter(({ versions }) => version >= versions.min && version <= versions.max);
  return fc.record(Object.fromEntries(present.map((field) => [field.name, values(field, version)])));
}

function values(field: Field, version: number): fc.Arbitrary<unknown> {
  const { nullableVersions } = field;
  const plain = field.isArray ? fc.array(elements(field, version), { maxLength: 3 }) : elements(field, version);
  const mayBeNull = version >= nullableVersions.min && version <= nullableVersions.max;
  return mayBeNull ? fc.option(plain, { freq: 3 }) : plain;
}

function elements(field: Field, version: number): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'struct':
      return messages(field.fields, version);
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.constantFrom(...edges(8));
    case 'int16':
      return fc.constantFrom(...edges(16));
    case 'uint16':
      return fc.constantFrom(0, 1, 0xffff);
    case 'int32':
      return fc.constantFrom(...edges(32));
    case 'int64':
      return fc.constantFrom(...edges(32), 2 ** 53 - 1, -(2 ** 53) + 1);
    case 'float64':
      return fc.constantFrom(0, -1, 1.5, Number.NaN, Infinity);
    case 'string':
      return NAMES;
    case 'uuid':
      return UUIDS;
    case 'opaque':
      return fc.constantFrom(Buffer.alloc(8), Buffer.alloc(8, 0xff), Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]));
    case 'bytes':
      return BYTES;
    case 'records':
      return batches;
  }
}
