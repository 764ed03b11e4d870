import type { ProducerId } from '../primitives/producer-id.js';
import { NO_VERSIONS, parseVersions, type VersionRange, type Versions } from './version-range.js';

/** What decoding returns for each scalar type. */
interface ScalarValues {
  bool: boolean;
  int8: number;
  int16: number;
  uint16: number;
  int32: number;
  int64: number;
  float64: number;
  string: string;
  /** 22 characters of base64url, as Kafka prints it. */
  uuid: string;
  /** A view of the decoded frame. */
  bytes: Buffer;
  /** Record batches back to back; a view of the decoded frame. */
  records: Buffer;
  /** An int64 on the wire that nobody computes with: a producer id. */
  opaque: ProducerId;
}

export type ScalarType = keyof ScalarValues;

type ScalarInput<T extends ScalarType> = ScalarValues[T] extends Buffer ? Uint8Array : ScalarValues[T];

export type Fields = readonly Field[];

/** What decoding returns for a list of fields. Every field is there: one that the version lacks has Kafka's default. */
export type MessageOf<F extends Fields> = { [E in F[number] as E['name']]: NonNullable<E['inferred']>['value'] };

/** What encoding accepts for a list of fields. An absent field is sent with Kafka's default. */
export type InputOf<F extends Fields> = {
  readonly [E in F[number] as E['name']]?: NonNullable<E['inferred']>['input'] | undefined;
};

/** One row of a message's table. Made by the functions below, never by hand. */
export interface Field<Name extends string = string, Value = unknown, Input = unknown> {
  readonly name: Name;
  readonly type: ScalarType | 'struct';
  readonly isArray: boolean;
  readonly versions: VersionRange;
  readonly nullableVersions: VersionRange;
  readonly taggedVersions: VersionRange;
  readonly tag: number | undefined;
  /** Undefined where Kafka declares none: 0, '', false, no bytes, no elements, a struct of defaults. */
  readonly default: unknown;
  /** The rows of a struct or of an array's structs. */
  readonly fields: Fields;
  /** Carries the types of this row to the compiler; there is nothing at run time. */
  readonly inferred?: { readonly value: Value; readonly input: Input };
}

interface FieldOptions<Default> {
  /** Versions in which null may be sent. */
  readonly nullable?: Versions;
  /** Kafka's `taggedVersions`; with `tag`. Outside of them the field is sent in line. */
  readonly tagged?: Versions;
  readonly tag?: number;
  readonly default?: Default | null;
}

type OrNull<Value, Options> = Options extends { readonly nullable: Versions } ? Value | null : Value;

type ScalarField<T extends ScalarType, Name extends string, Options> = Field<
  Name,
  OrNull<ScalarValues[T], Options>,
  OrNull<ScalarInput<T>, Options>
>;

type ElementValue<Of extends ScalarType | Fields> = Of extends ScalarType
  ? ScalarValues[Of]
  : Of extends Fields
    ? MessageOf<Of>
    : never;

type ElementInput<Of extends ScalarType | Fields> = Of extends ScalarType
  ? ScalarInput<Of>
  : Of extends Fields
    ? InputOf<Of>
    : never;

function field(
  name: string,
  type: ScalarType | 'struct',
  versions: Versions,
  options: FieldOptions<unknown>,
  shape: { readonly isArray?: boolean; readonly fields?: Fields } = {},
): Field {
  return {
    name,
    type,
    isArray: shape.isArray ?? false,
    versions: parseVersions(versions),
    nullableVersions: options.nullable === undefined ? NO_VERSIONS : parseVersions(options.nullable),
    taggedVersions: options.tagged === undefined ? NO_VERSIONS : parseVersions(options.tagged),
    tag: options.tag,
    default: options.default,
    fields: shape.fields ?? [],
  };
}

function scalar<T extends ScalarType>(type: T) {
  return <const Name extends string, const Options extends FieldOptions<ScalarValues[T]>>(
    name: Name,
    versions: Versions,
    options?: Options,
  ): ScalarField<T, Name, Options> => field(name, type, versions, options ?? {}) as ScalarField<T, Name, Options>;
}

export const bool = scalar('bool');
export const int8 = scalar('int8');
export const int16 = scalar('int16');
export const uint16 = scalar('uint16');
export const int32 = scalar('int32');
export const int64 = scalar('int64');
export const float64 = scalar('float64');
export const string = scalar('string');
export const uuid = scalar('uuid');
export const bytes = scalar('bytes');
export const records = scalar('records');
export const opaque = scalar('opaque');

/** A list of scalars (`array('isrNodes', '0+', 'int32')`) or of structs (`array('topics', '0+', [string('name', '0+')])`). */
export function array<
  const Name extends string,
  const Of extends ScalarType | Fields,
  const Options extends FieldOptions<never>,
>(
  name: Name,
  versions: Versions,
  of: Of,
  options?: Options,
): Field<Name, OrNull<ElementValue<Of>[], Options>, OrNull<readonly ElementInput<Of>[], Options>> {
  const [type, fields] = typeof of === 'string' ? ([of, []] as const) : (['struct', of] as const);
  return field(name, type, versions, options ?? {}, { isArray: true, fields }) as never;
}

/** A nested message. No message here has one that may be null. */
export function struct<const Name extends string, const F extends Fields>(
  name: Name,
  versions: Versions,
  fields: F,
  options: Pick<FieldOptions<never>, 'tagged' | 'tag'> = {},
): Field<Name, MessageOf<F>, InputOf<F>> {
  return field(name, 'struct', versions, options, { fields }) as never;
}
