import { ValidateBy } from 'class-validator';

import { describeValue } from '../errors/describe-value.js';

/**
 * The rules of the options, one per kind. Each is the whole truth about its option's range, so that a wrong value gives one message that says what
 * would be right. `undefined` never reaches them: it means the default.
 */
function rule(
  name: string,
  expected: string,
  accepts: (value: unknown) => boolean,
  show = describeValue,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: { validate: accepts, defaultMessage: (args) => `must be ${expected}, got ${show(args?.value)}` },
  });
}

/** Whole milliseconds from `min` to `max`. */
export function Milliseconds(min = 0, max = MAX_TIMER_MS): PropertyDecorator {
  return rule('milliseconds', `a whole number of milliseconds from ${min} to ${max}`, isIntegerIn(min, max));
}

/** Whole bytes from `min` to `max`. */
export function Bytes(min = 0, max = MAX_INT32): PropertyDecorator {
  return rule('bytes', `a whole number of bytes from ${min} to ${max}`, isIntegerIn(min, max));
}

/** A whole number from `min` to `max`. */
export function Count(min: number, max = MAX_INT32): PropertyDecorator {
  return rule('count', `a whole number from ${min} to ${max}`, isIntegerIn(min, max));
}

/** One of these literals. */
export function OneOf(...values: readonly (string | number)[]): PropertyDecorator {
  const expected = values.map((value) => describeValue(value)).join(', ');
  return rule('oneOf', `one of ${expected}`, (value) => values.includes(value as string));
}

export function Flag(): PropertyDecorator {
  return rule('flag', 'true or false', (value) => typeof value === 'boolean');
}

export function Text(): PropertyDecorator {
  return rule('text', 'a string that is not empty', (value) => typeof value === 'string' && value.trim() !== '');
}

/** A text, or left out. */
export function OptionalText(): PropertyDecorator {
  return rule(
    'optionalText',
    'a string that is not empty',
    (value) => value === undefined || (typeof value === 'string' && value.trim() !== ''),
  );
}

/** A function, or left out. */
export function OptionalFunction(): PropertyDecorator {
  return rule('optionalFunction', 'a function', (value) => value === undefined || typeof value === 'function');
}

/** An array of classes, none of them twice. */
export function ClassList(): PropertyDecorator {
  return rule(
    'classList',
    'an array of classes, none of them twice',
    (value) => Array.isArray(value) && value.every(isClass) && new Set(value).size === value.length,
    (value) => (Array.isArray(value) ? `[${value.map(nameOf).join(', ')}]` : describeValue(value)),
  );
}

/** An array of names, none of them twice, whatever their case. */
export function NameList(): PropertyDecorator {
  return rule(
    'nameList',
    'an array of strings that are not empty, none of them twice',
    (value) =>
      Array.isArray(value) &&
      value.every((name) => typeof name === 'string' && name.trim() !== '') &&
      new Set(value.map((name: string) => name.toLowerCase())).size === value.length,
    (value) =>
      Array.isArray(value) ? `[${value.map((name) => describeValue(name)).join(', ')}]` : describeValue(value),
  );
}

/** A whole number from `min`, or left out. */
export function OptionalCount(min: number, max: number): PropertyDecorator {
  const accepts = isIntegerIn(min, max);
  return rule(
    'optionalCount',
    `a whole number from ${min} to ${max}`,
    (value) => value === undefined || accepts(value),
  );
}

/** An object that has this method, one of these literals, or left out. */
export function ObjectWith(method: string, ...literals: readonly string[]): PropertyDecorator {
  const names = literals.map((literal) => `'${literal}' or `).join('');
  return rule(
    'objectWith',
    `${names}an object with a method ${method}()`,
    (value) => value === undefined || literals.includes(value as string) || hasMethod(value, method),
  );
}

/** Whatever this says is wrong with the value; its text must not repeat secrets. */
export function Checked(problemOf: (value: unknown) => string | undefined): PropertyDecorator {
  return ValidateBy({
    name: 'checked',
    validator: {
      validate: (value) => problemOf(value) === undefined,
      defaultMessage: (args) => problemOf(args?.value) ?? '',
    },
  });
}

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2_147_483_647;
const MAX_INT32 = 2_147_483_647;

function isIntegerIn(min: number, max: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** Compiled for an old target a class is a function as well; arrow functions and methods have no prototype. */
function isClass(value: unknown): boolean {
  return typeof value === 'function' && typeof value.prototype === 'object';
}

function nameOf(value: unknown): string {
  return isClass(value) ? (value as { readonly name: string }).name : describeValue(value);
}

function hasMethod(value: unknown, method: string): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function'
  );
}
