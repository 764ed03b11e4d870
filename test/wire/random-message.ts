import { ZERO_UUID, type Field, type Fields } from 'kafka-wire';
import { randomBytes } from '../support/random.js';

type Random = () => number;
type Message = Readonly<Record<string, unknown>>;

/** A message with a value for every inline field of the version, and for about half of its tagged ones. */
export function randomMessage(fields: Fields, version: number, random: Random): Message {
  const message: Record<string, unknown> = {};
  for (const field of fields) {
    if (!isIn(field.versions, version)) continue;
    if (isIn(field.taggedVersions, version) && random() < 0.5) continue;
    message[field.name] = randomValue(field, version, random);
  }
  return message;
}

/** The message as Kafka's JsonConverter prints it. Records are left out: it prints no content of them. */
export function asKafkaJson(fields: Fields, version: number, message: Message): Message {
  const json: Record<string, unknown> = {};
  for (const field of fields) {
    if (!isIn(field.versions, version) || field.type === 'records') continue;
    const value = message[field.name];
    if (isIn(field.taggedVersions, version) && isDefault(field, value)) continue;
    json[field.name] = Array.isArray(value)
      ? value.map((element) => elementAsJson(field, version, element))
      : elementAsJson(field, version, value);
  }
  return json;
}

function elementAsJson(field: Field, version: number, value: unknown): unknown {
  if (value === null) return null;
  if (field.type === 'struct') return asKafkaJson(field.fields, version, value as Message);
  if (field.type === 'bytes') return (value as Buffer).toString('base64');
  // Rounded as JSON.parse rounds Kafka's.
  if (field.type === 'opaque') return Number((value as Buffer).readBigInt64BE());
  return value;
}

function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined || value === field.default) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (field.type !== 'struct') return field.default === undefined && (value === 0 || value === ZERO_UUID);
  return field.fields.every((inner) => isDefault(inner, (value as Message)[inner.name]));
}

function isIn({ min, max }: Field['versions'], version: number): boolean {
  return version >= min && version <= max;
}

function randomValue(field: Field, version: number, random: Random): unknown {
  if (isIn(field.nullableVersions, version) && random() < 0.25) return null;
  if (!field.isArray) return randomElement(field, version, random);
  return Array.from({ length: upTo(3, random) }, () => randomElement(field, version, random));
}

function randomElement(field: Field, version: number, random: Random): unknown {
  switch (field.type) {
    case 'struct':
      return randomMessage(field.fields, version, random);
    case 'bool':
      return random() < 0.5;
    case 'int8':
      return randomInteger(2 ** 7, random);
    case 'int16':
      return randomInteger(2 ** 15, random);
    case 'uint16':
      return upTo(0xffff, random);
    case 'int32':
      return randomInteger(2 ** 31, random);
    case 'int64':
      return randomInteger(2 ** 53 - 1, random);
    case 'float64':
      return random() * 1e9;
    case 'string':
      return pick(
        ['', 'orders', 'Größe', '注文', '🛒'.repeat(upTo(60, random)), 'x'.repeat(upTo(300, random))],
        random,
      );
    case 'uuid':
      return randomBytes(random, 16).toString('base64url');
    case 'opaque':
      return randomBytes(random, 8);
    case 'bytes':
    case 'records':
      return randomBytes(random, upTo(200, random));
  }
}

/** From -limit to limit - 1, the ends and the values around zero more often than chance would have it. */
function randomInteger(limit: number, random: Random): number {
  if (random() < 0.3) return pick([0, -1, 1, limit - 1, -limit + 1], random);
  return Math.floor((random() * 2 - 1) * limit);
}

function upTo(max: number, random: Random): number {
  return Math.floor(random() * (max + 1));
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[upTo(values.length - 1, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
