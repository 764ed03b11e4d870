import { NO_PRODUCER_ID } from '../primitives/producer-id.js';
import { ZERO_UUID } from '../primitives/uuid.js';
import type { Field, Fields, ScalarType } from './field.js';
import { includesVersion } from './version-range.js';

/** A table of fields resolved for one version: what the codec walks. */
export interface MessagePlan {
  /** Every field in the table's order, those the version lacks included, so that all decoded messages have one hidden class. */
  readonly fields: readonly FieldPlan[];
  /** The tagged ones among them, by ascending tag. */
  readonly tagged: readonly FieldPlan[];
  readonly isFlexible: boolean;
  /** The least this message takes on the wire, never 0. Bounds what an array's length may promise. */
  readonly minBytes: number;
}

export interface FieldPlan {
  readonly name: string;
  readonly type: ScalarType | 'struct';
  readonly isArray: boolean;
  readonly isNullable: boolean;
  readonly slot: 'inline' | 'tagged' | 'absent';
  readonly tag: number;
  readonly default: unknown;
  /** Empty for anything but structs. */
  readonly message: MessagePlan;
  /** Least bytes of one element, or of the field itself when it is no array. */
  readonly minBytes: number;
}

/** Longest string, also where a compact length could say more. */
export const MAX_STRING_BYTES = 0x7fff;

const FIXED_BYTES: Partial<Record<ScalarType, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
  opaque: 8,
};

export function planMessage(fields: Fields, version: number, isFlexible: boolean): MessagePlan {
  const plans = fields.map((field) => planField(field, version, isFlexible));
  const tagged = plans.filter(({ slot }) => slot === 'tagged').sort((a, b) => a.tag - b.tag);
  const inlineBytes = plans
    .filter(({ slot }) => slot === 'inline')
    .reduce((sum, { isArray, minBytes }) => sum + (isArray ? lengthBytes('array', isFlexible) : minBytes), 0);
  return { fields: plans, tagged, isFlexible, minBytes: Math.max(1, inlineBytes + (isFlexible ? 1 : 0)) };
}

function planField(field: Field, version: number, isFlexible: boolean): FieldPlan {
  const { name, type, isArray } = field;
  const message = planMessage(field.fields, version, isFlexible);
  const isTagged = includesVersion(field.taggedVersions, version);
  const isPresent = includesVersion(field.versions, version);
  return {
    name,
    type,
    isArray,
    isNullable: includesVersion(field.nullableVersions, version),
    slot: isPresent ? (isTagged ? 'tagged' : 'inline') : 'absent',
    tag: field.tag ?? -1,
    default: field.default === undefined ? implicitDefault(field) : field.default,
    message,
    minBytes: type === 'struct' ? message.minBytes : (FIXED_BYTES[type] ?? lengthBytes(type, isFlexible)),
  };
}

function lengthBytes(type: ScalarType | 'array', isFlexible: boolean): number {
  if (isFlexible) return 1;
  return type === 'string' ? 2 : 4;
}

/** The default of a field that declares none. Undefined stands for a fresh empty array or a struct of defaults. */
function implicitDefault({ type, isArray }: Field): unknown {
  if (isArray) return undefined;
  switch (type) {
    case 'struct':
      return undefined;
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'uuid':
      return ZERO_UUID;
    case 'bytes':
      return Buffer.alloc(0);
    case 'records':
      return null;
    case 'opaque':
      return Buffer.alloc(NO_PRODUCER_ID.length);
    default:
      return 0;
  }
}

/** The value of a field that was not sent. Mutable ones are made anew for each message. */
export function defaultValue(field: FieldPlan): unknown {
  if (field.default !== undefined) return Buffer.isBuffer(field.default) ? Buffer.from(field.default) : field.default;
  return field.isArray ? [] : defaultMessage(field.message);
}

function defaultMessage(plan: MessagePlan): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of plan.fields) message[field.name] = defaultValue(field);
  return message;
}
