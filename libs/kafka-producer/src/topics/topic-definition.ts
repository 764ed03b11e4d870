import { describeValue } from '../errors/describe-value.js';
import { InvalidTopicError, type OptionProblem } from '../errors/program.errors.js';
import type { HeaderValue } from '../record/producer-record.js';
import type { Serializer } from '../serialization/serializer.js';
import { hasRules } from './class-rules.js';
import type { PayloadClass } from './class-validation.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';

type Headers = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/**
 * What a topic promises about its records.
 *
 * @typeParam P what is sent
 * @typeParam In what a caller gives
 */
export interface TopicDefinition<P, In = P> {
  /**
   * The key of a record, from its payload; or `null` for records without one.
   *
   * Required, because it decides about partitions and so about order. Returning `undefined` is `InvalidRecordError`, never a null key by accident.
   */
  readonly key: ((payload: P) => string | Uint8Array | null) | null;
  /**
   * What a payload must be: a class with decorators of class-validator, or a Standard Schema (zod, valibot, arktype).
   *
   * Checked when the record is sent, and before `key` and `headers` are asked: they get what the validation made of the payload, and that is what is sent. What
   * does not pass is `PayloadValidationError`. Of a class: plain objects become instances, by class-transformer, which has to be installed; properties without
   * a decorator are stripped.
   */
  readonly payload?: PayloadClass<P> | StandardSchema<In, P> | undefined;
  /**
   * Headers of every record the contract makes. Those of an `@Emit` or of a `TopicProducer` are merged over them, and the module's default headers add the
   * names that are missing.
   *
   * Without `payload` they are on the record, so a spread replaces them: `{ ...orderPlaced(event), headers }` has only the new ones. With it they are added
   * when the record is sent, for the names it does not have.
   */
  readonly headers?: ((payload: P) => Headers) | undefined;
  /** For the values of this topic, instead of the module's. */
  readonly serializer?: Serializer<P> | undefined;
  /** The module whose producer `@Emit` and `@InjectTopic` use. @defaultValue 'default' */
  readonly producer?: string | undefined;
}

/**
 * Told at once and not by the first record, which may be days away.
 *
 * @throws InvalidTopicError with everything that is wrong
 */
export function checkDefinition(topic: unknown, definition: unknown): void {
  const isNamed = typeof topic === 'string' && topic !== '';
  const problems: OptionProblem[] = isNamed
    ? []
    : [{ path: 'topic', message: `must be the name of the topic, got ${describeValue(topic)}` }];
  const given = (typeof definition === 'object' ? definition : null) as Readonly<Record<string, unknown>> | null;
  for (const [path, { expected, accepts }] of Object.entries(RULES)) {
    const value = given?.[path];
    if (!accepts(value)) problems.push({ path, message: `must be ${expected}, got ${describeValue(value)}` });
  }
  for (const [path, value] of Object.entries(given ?? {})) {
    if (value === undefined || Object.hasOwn(RULES, path)) continue;
    problems.push({ path, message: `is not part of a definition (known: ${Object.keys(RULES).join(', ')})` });
  }
  const payload = given?.['payload'];
  if (isClass(payload) && !hasRules(payload)) {
    const message = `${payload.name} has no decorators of class-validator, so every property would be stripped; decorate them, or leave payload out`;
    problems.push({ path: 'payload', message });
  }
  if (problems.length > 0) throw new InvalidTopicError({ topic: isNamed ? topic : undefined, problems });
}

interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** What each part of a definition must be. */
const RULES: Readonly<Record<keyof TopicDefinition<never>, Rule>> = {
  key: {
    expected: 'a function of the payload, or null for records without a key',
    accepts: (value) => value === null || isFunction(value),
  },
  payload: {
    expected: 'a class with decorators of class-validator, or a Standard Schema (version 1)',
    accepts: (value) => value === undefined || isStandardSchema(value) || isClass(value),
  },
  headers: { expected: 'a function of the payload', accepts: (value) => value === undefined || isFunction(value) },
  serializer: {
    expected: 'an object with a method serialize()',
    accepts: (value) => value === undefined || isSerializer(value),
  },
  producer: {
    expected: 'the name of a module, a string that is not empty',
    accepts: (value) => value === undefined || (typeof value === 'string' && value.trim() !== ''),
  },
};

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** Compiled for an old target a class is a function as well; arrow functions and methods have no prototype. */
function isClass(value: unknown): value is PayloadClass<object> {
  return typeof value === 'function' && !isStandardSchema(value) && typeof value.prototype === 'object';
}

function isSerializer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isFunction((value as { serialize?: unknown }).serialize);
}
