import type { ByteReader } from '../primitives/byte-reader.js';
import { locate, WireError } from '../primitives/wire-error.js';
import { defaultValue, MAX_STRING_BYTES, type FieldPlan, type MessagePlan } from './message-plan.js';

/** Reads one message or nested struct. The result has every field of the table. */
export function readMessage(reader: ByteReader, plan: MessagePlan): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  let current = '';
  try {
    for (const field of plan.fields) {
      current = field.name;
      message[current] = field.slot === 'inline' ? readField(reader, field, plan.isFlexible) : defaultValue(field);
    }
    current = '';
    if (plan.isFlexible) readTaggedFields(reader, plan, message);
  } catch (error) {
    throw current === '' ? error : locate(error, current);
  }
  return message;
}

/** Fields this table does not know are skipped: a newer peer may send them in any flexible version. */
function readTaggedFields(reader: ByteReader, plan: MessagePlan, message: Record<string, unknown>): void {
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    const tag = reader.unsignedVarint();
    const size = reader.unsignedVarint();
    const field = plan.tagged.find((candidate) => candidate.tag === tag);
    if (field === undefined) reader.skip(size);
    else message[field.name] = readTaggedField(reader, field, size);
  }
}

function readTaggedField(reader: ByteReader, field: FieldPlan, size: number): unknown {
  try {
    const start = reader.position;
    const value = readField(reader, field, true);
    const taken = reader.position - start;
    if (taken === size) return value;
    throw new WireError({ reason: `tag ${field.tag} took ${taken} of its ${size} bytes`, position: start });
  } catch (error) {
    throw locate(error, field.name);
  }
}

function readField(reader: ByteReader, field: FieldPlan, isFlexible: boolean): unknown {
  return field.isArray ? readArray(reader, field, isFlexible) : readElement(reader, field, isFlexible);
}

function readArray(reader: ByteReader, field: FieldPlan, isFlexible: boolean): unknown[] | null {
  const { position } = reader;
  const length = isFlexible ? reader.unsignedVarint() - 1 : reader.int32();
  if (length < 0) return absent(field, length, position);
  if (length * field.minBytes > reader.remaining) {
    throw new WireError({ reason: `${length} elements do not fit into ${reader.remaining} bytes`, position });
  }
  const elements: unknown[] = [];
  let index = 0;
  try {
    for (; index < length; index++) elements.push(readElement(reader, field, isFlexible));
  } catch (error) {
    throw locate(error, `[${index}]`);
  }
  return elements;
}

function readElement(reader: ByteReader, field: FieldPlan, isFlexible: boolean): unknown {
  switch (field.type) {
    case 'struct':
      return readMessage(reader, field.message);
    case 'string': {
      const { position } = reader;
      const length = isFlexible ? reader.unsignedVarint() - 1 : reader.int16();
      if (length < 0) return absent(field, length, position);
      if (length <= MAX_STRING_BYTES) return reader.utf8(length);
      throw new WireError({ reason: `a string of ${length} bytes; ${MAX_STRING_BYTES} fit`, position });
    }
    case 'bytes':
    case 'records': {
      const { position } = reader;
      const length = isFlexible ? reader.unsignedVarint() - 1 : reader.int32();
      return length < 0 ? absent(field, length, position) : reader.bytes(length);
    }
    case 'opaque':
      // A copy: producer ids outlive the frame they came in.
      return Buffer.from(reader.bytes(8));
    case 'bool':
      return reader.boolean();
    default:
      return reader[field.type]();
  }
}

/** Null, where the version allows it. Any negative length is read as -1, as Kafka does. */
function absent({ isArray, isNullable }: FieldPlan, length: number, position: number): null {
  if (isNullable) return null;
  if (length !== -1) throw new WireError({ reason: `negative length ${length}`, position });
  throw new WireError({ reason: `null ${isArray ? 'array' : 'value'} in a version without null`, position });
}
