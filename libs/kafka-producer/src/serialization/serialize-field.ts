import { SerializationError } from '../errors/record.errors.js';
import type { SerializationContext, SerializedValue, Serializer } from './serializer.js';
import { isThenable } from '../support/thenable.js';
import { describeType } from './value.serializer.js';

export const DEFAULT_HEADERS_REMEDY = 'Correct defaultHeaders in the options of the module; only this record failed.';

/**
 * Gives one field to its serializer.
 *
 * @param isDefault it is a header the caller of `send()` knows nothing of
 * @throws SerializationError when the serializer refuses it; also as the rejection of the promise
 */
export function serializeField(
  serializer: Serializer,
  data: unknown,
  context: SerializationContext,
  isDefault = false,
): SerializedValue | Promise<SerializedValue> {
  if (data === null) return null;
  let result: unknown;
  try {
    result = serializer.serialize(data, context);
  } catch (cause) {
    throw refused(context, isDefault, cause);
  }
  if (typeof result === 'string' || !isThenable(result)) return checked(result, context, isDefault);
  const bytes = Promise.resolve(result).then(
    (value) => checked(value, context, isDefault),
    (cause: unknown) => {
      throw refused(context, isDefault, cause);
    },
  );
  // Another field of the record may throw before anybody awaits this one.
  bytes.catch(() => {});
  return bytes;
}

function checked(result: unknown, context: SerializationContext, isDefault: boolean): SerializedValue {
  if (typeof result === 'string' || result instanceof Uint8Array || result === null) return result;
  const reason = `the serializer returned ${describeType(result)}, not bytes, a string or null`;
  throw refused(context, isDefault, new TypeError(reason));
}

function refused(context: SerializationContext, isDefault: boolean, cause: unknown): SerializationError {
  const { topic, field, header } = context;
  const why = cause instanceof Error ? cause.message : String(cause);
  if (isDefault) {
    const reason = `'${header}' of what defaultHeaders returned: ${why}`;
    return new SerializationError({ topic, field, reason, remedy: DEFAULT_HEADERS_REMEDY, cause });
  }
  return new SerializationError({ topic, field, reason: header === undefined ? why : `'${header}': ${why}`, cause });
}
