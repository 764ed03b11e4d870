import { ByteWriter } from '../primitives/byte-writer.js';
import { locate, WireError } from '../primitives/wire-error.js';
import { MAX_STRING_BYTES, type FieldPlan, type MessagePlan } from './message-plan.js';

type Input = Readonly<Record<string, unknown>>;

/**
 * Writes one message or nested struct. Absent and undefined fields are sent with their default; fields the version lacks are left out,
 * whatever their value, so that a caller can fill one message for all versions.
 */
export function writeMessage(writer: ByteWriter, plan: MessagePlan, message: Input): void {
  let current = '';
  try {
    for (const field of plan.fields) {
      current = field.name;
      if (field.slot === 'inline') writeField(writer, field, plan.isFlexible, message[current]);
    }
    current = '';
    if (plan.isFlexible) writeTaggedFields(writer, plan, message);
  } catch (error) {
    throw current === '' ? error : locate(error, current);
  }
}

function writeTaggedFields(writer: ByteWriter, plan: MessagePlan, message: Input): void {
  const sent = plan.tagged.filter((field) => !isDefault(field, message[field.name]));
  writer.unsignedVarint(sent.length);
  for (const field of sent) {
    const value = new ByteWriter(32);
    try {
      writeField(value, field, true, message[field.name]);
    } catch (error) {
      throw locate(error, field.name);
    }
    writer.unsignedVarint(field.tag);
    writer.unsignedVarint(value.size);
    writer.bytes(value.build());
  }
}

/** Whether leaving the field out says the same. */
function isDefault(field: FieldPlan, value: unknown): boolean {
  if (value === undefined) return true;
  if (field.default !== undefined) return value === field.default;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && field.message.fields.every((inner) => isDefault(inner, value[inner.name]));
}

function writeField(writer: ByteWriter, field: FieldPlan, isFlexible: boolean, given: unknown): void {
  const value = given === undefined ? field.default : given;
  if (value === null && !field.isNullable) throw new WireError({ reason: 'null in a version without null' });
  if (field.isArray) writeArray(writer, field, isFlexible, value === undefined ? [] : value);
  else writeElement(writer, field, isFlexible, value);
}

function writeArray(writer: ByteWriter, field: FieldPlan, isFlexible: boolean, elements: unknown): void {
  if (elements === null) return writeLength(writer, isFlexible, -1);
  if (!Array.isArray(elements)) throw new WireError({ reason: `expected an array, got ${typeof elements}` });
  writeLength(writer, isFlexible, elements.length);
  let index = 0;
  try {
    for (; index < elements.length; index++) writeElement(writer, field, isFlexible, elements[index]);
  } catch (error) {
    throw locate(error, `[${index}]`);
  }
}

function writeElement(writer: ByteWriter, field: FieldPlan, isFlexible: boolean, value: unknown): void {
  switch (field.type) {
    case 'struct':
      if (value !== undefined && !isRecord(value))
        throw new WireError({ reason: `expected an object, got ${typeof value}` });
      return writeMessage(writer, field.message, value ?? {});
    case 'string':
      return writeString(writer, isFlexible, value);
    case 'bytes':
    case 'records':
      if (value === null) return writeLength(writer, isFlexible, -1);
      if (!(value instanceof Uint8Array)) throw new WireError({ reason: `expected bytes, got ${typeof value}` });
      writeLength(writer, isFlexible, value.length);
      return writer.bytes(value);
    case 'opaque':
      if (!(value instanceof Uint8Array) || value.length !== 8) throw new WireError({ reason: 'expected eight bytes' });
      return writer.bytes(value);
    case 'bool':
      return writer.boolean(value as boolean);
    case 'uuid':
      return writer.uuid(value as string);
    default:
      return writer[field.type](value as number);
  }
}

function writeString(writer: ByteWriter, isFlexible: boolean, value: unknown): void {
  if (value !== null && typeof value !== 'string')
    throw new WireError({ reason: `expected a string, got ${typeof value}` });
  const byteLength = value === null ? -1 : Buffer.byteLength(value);
  if (byteLength > MAX_STRING_BYTES)
    throw new WireError({ reason: `a string of ${byteLength} bytes; ${MAX_STRING_BYTES} fit` });
  if (isFlexible) writer.unsignedVarint(byteLength + 1);
  else writer.int16(byteLength);
  if (value !== null) writer.utf8(value, byteLength);
}

function writeLength(writer: ByteWriter, isFlexible: boolean, length: number): void {
  if (isFlexible) writer.unsignedVarint(length + 1);
  else writer.int32(length);
}

function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null;
}
