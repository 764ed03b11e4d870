import type { MethodPlan } from './method-plans.js';

/** Metadata key, readable by tools: what the method of a prototype emits. */
const EMITS = 'nestjs-kafka-producer:emits';
/** Metadata key: a foreign wrapper stands between two of our decorators. */
const CUT = 'nestjs-kafka-producer:cut';
/** Metadata key: the override knows that it emits nothing. */
const EMITS_NOTHING = 'nestjs-kafka-producer:emits-nothing';

/**
 * Marks are kept by prototype and name, not only on the function: a foreign wrapper between two of our decorators hides what stands on the first
 * one's function.
 *
 * @param plans of the outermost wrapper, in the order of the source; what was marked before lies below them
 */
export function markEmits(prototype: object, method: string | symbol, plans: readonly MethodPlan[]): void {
  const below = (emitsOf(prototype, method) ?? []).filter((plan) => !plans.includes(plan));
  if (below.length > 0) Reflect.defineMetadata(CUT, true, prototype, method);
  Reflect.defineMetadata(EMITS, [...plans, ...below], prototype, method);
}

/** What this prototype itself declares, without what it inherits. */
export function emitsOf(prototype: object, method: string | symbol): readonly MethodPlan[] | undefined {
  return Reflect.getOwnMetadata(EMITS, prototype, method) as readonly MethodPlan[] | undefined;
}

/**
 * Whether the decorators of this method could not be merged into one wrapper.
 *
 * Then the records of the inner ones are sent before those of the outer ones, and when they fail the outer ones are not sent at all, which is not what
 * stands in the source. A foreign decorator that only sets metadata, or that copies all properties of the function it wraps, cuts nothing.
 */
export function isCut(prototype: object, method: string | symbol): boolean {
  return Reflect.getOwnMetadata(CUT, prototype, method) === true;
}

/**
 * Says that an override of an `@Emit` method leaves the emit out on purpose. Without it bootstrap warns.
 */
export function NoEmit(): MethodDecorator {
  return (prototype, method) => Reflect.defineMetadata(EMITS_NOTHING, true, prototype, method);
}

export function emitsNothingOnPurpose(prototype: object, method: string | symbol): boolean {
  return Reflect.getOwnMetadata(EMITS_NOTHING, prototype, method) === true;
}
