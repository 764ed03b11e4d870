import type { Field, VersionRange } from 'kafka-wire';
import type { KafkaField, KafkaMessage } from './kafka-facts.js';

/** A field in the one form to which ours and Kafka's are brought, cut to the versions this package claims. */
export interface Row {
  readonly name: string;
  readonly type: string;
  readonly isArray: boolean;
  readonly versions: string;
  readonly nullable: string;
  readonly tagged: string;
  readonly tag: number | undefined;
  readonly default: unknown;
  readonly fields: readonly Row[];
}

const NONE = 'none';

export function rangeOf(versions: string): VersionRange {
  if (versions === NONE) return { min: Infinity, max: -Infinity };
  if (versions.endsWith('+')) return { min: Number.parseInt(versions, 10), max: Infinity };
  const [min, max = min] = versions.split('-').map(Number);
  return { min: Number(min), max: Number(max) };
}

export function ourRows(fields: readonly Field[], claimed: VersionRange): Row[] {
  return fields.map((field) => ({
    name: field.name,
    type: field.type,
    isArray: field.isArray,
    versions: cut(field.versions, claimed),
    nullable: cut(field.nullableVersions, claimed),
    tagged: cut(field.taggedVersions, claimed),
    tag: field.tag,
    default: declaredDefault(field),
    fields: ourRows(field.fields, claimed),
  }));
}

function declaredDefault(field: Field): unknown {
  if (field.default === undefined) return implicitDefault(field);
  return Buffer.isBuffer(field.default) ? field.default.toString('hex') : field.default;
}

/** Fields that no claimed version has are left out. */
export function kafkaRows(message: KafkaMessage, claimed: VersionRange): Row[] {
  const structs = new Map(message.commonStructs?.map(({ name, fields }) => [name, fields]));
  const rows = (fields: readonly KafkaField[]): Row[] =>
    fields
      .filter(({ versions }) => cut(rangeOf(versions), claimed) !== NONE)
      .map((field) => kafkaRow(field, rows(field.fields ?? structs.get(elementType(field)) ?? []), claimed));
  return rows(message.fields);
}

function kafkaRow(field: KafkaField, fields: readonly Row[], claimed: VersionRange): Row {
  const isArray = field.type.startsWith('[]');
  const type = typeOf(field, fields.length > 0);
  return {
    name: field.name.charAt(0).toLowerCase() + field.name.slice(1),
    type,
    isArray,
    versions: cut(rangeOf(field.versions), claimed),
    nullable: cut(rangeOf(field.nullableVersions ?? NONE), claimed),
    tagged: cut(rangeOf(field.taggedVersions ?? NONE), claimed),
    tag: field.tag,
    default:
      field.default === undefined ? implicitDefault({ type, isArray }) : parseDefault(String(field.default), type),
    fields,
  };
}

function elementType({ type }: KafkaField): string {
  return type.replace('[]', '');
}

/** Producer ids are int64 to Kafka and eight opaque bytes to us. */
function typeOf(field: KafkaField, isStruct: boolean): string {
  if (isStruct) return 'struct';
  return field.entityType === 'producerId' ? 'opaque' : elementType(field);
}

function parseDefault(text: string, type: string): unknown {
  if (text === 'null') return null;
  if (type === 'string') return text;
  if (type === 'bool') return text === 'true';
  if (type === 'opaque') return BigInt.asUintN(64, BigInt(text)).toString(16).padStart(16, '0');
  return Number(text);
}

/** What Kafka's message generator takes where the definition has no default. */
function implicitDefault({ type, isArray }: { readonly type: string; readonly isArray: boolean }): unknown {
  if (isArray) return [];
  const defaults: Readonly<Record<string, unknown>> = {
    struct: {},
    string: '',
    bool: false,
    records: null,
    bytes: '',
    opaque: '0'.repeat(16),
    uuid: 'AAAAAAAAAAAAAAAAAAAAAA',
  };
  return type in defaults ? defaults[type] : 0;
}

function cut(range: VersionRange, claimed: VersionRange): string {
  const min = Math.max(range.min, claimed.min);
  const max = Math.min(range.max, claimed.max);
  return min > max ? NONE : `${min}-${max}`;
}
