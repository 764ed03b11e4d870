import { InvalidMethodError } from '../errors/program.errors.js';
import type { TopicContract } from '../topics/define-topic.js';
import { decoratedMethod } from './decorated-method.js';
import { markEmits } from './emit-marks.js';
import {
  CONTRACT_OPTION_NAMES,
  RAW_OPTION_NAMES,
  type AnyAsync,
  type ElementOf,
  type EmitOptions,
  type RawEmitOptions,
  type Result,
} from './emit-options.js';
import { EmitPlan, type AnyEmitOptions } from './emit-plan.js';
import { wrapMethod } from './emit-wrapper.js';
import { declareProducerSlot } from './producer-slot.js';

/** A legacy method decorator that only compiles on methods of this type. */
export type MethodDecoratorFor<M> = <T extends M>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

/* oxlint-disable typescript/no-explicit-any -- arguments and results the caller did not name must stay usable in the options */

/** The result is not the payload: `payload` makes it. */
export interface EmitPayloadOptions<R, A extends readonly unknown[], In> extends EmitOptions<R, A> {
  /** `undefined` emits nothing. */
  readonly payload: (result: R, args: A) => In | undefined;
  readonly each?: false | undefined;
}

interface PlainOptions<R> extends EmitOptions<R, any[]> {
  readonly payload?: undefined;
  readonly each?: false | undefined;
}

interface EachOptions<R> extends EmitOptions<R, any[]> {
  readonly payload?: undefined;
  readonly each: true;
}

/**
 * Sends what the method returns to a topic, after the method has succeeded, and waits for the acknowledgement.
 *
 * The returned value is the payload and reaches the caller untouched; `undefined` emits nothing. If the method throws nothing is sent. If sending
 * fails the method's promise rejects with the delivery error, and the method's own effects are **not** undone. Several `@Emit` on one method are sent
 * together.
 *
 * The class may be a provider of any scope or a controller. An instance made with `new` needs {@link bindKafkaProducer}.
 *
 * @example
 * ```ts
 * @Emit(orderPlaced)
 * async place(order: Order): Promise<OrderPlaced> { … }
 * ```
 * @throws InvalidMethodError while the class is defined: on a static method, an accessor, a generator, a property, or without a contract
 */
export function Emit<In>(
  contract: TopicContract<any, In>,
  options?: PlainOptions<In>,
): MethodDecoratorFor<(...args: any[]) => Promise<In | undefined>>;
/** One record per element of the returned iterable; none for an empty one. */
export function Emit<In>(
  contract: TopicContract<any, In>,
  options: EachOptions<In>,
): MethodDecoratorFor<(...args: any[]) => Promise<Iterable<In>>>;
/** The payload is made from the result and the arguments. */
export function Emit<In, R = any, A extends any[] = any[]>(
  contract: TopicContract<any, In>,
  options: EmitPayloadOptions<R, A, In>,
): MethodDecoratorFor<(...args: A) => Promise<R>>;
/**
 * For a named method: `@Emit<OrdersService['place']>(orderPlaced, { payload: (result, [order]) => … })`.
 *
 * `never` keeps calls that name none on the overload above, which checks the payload too.
 */
export function Emit<M extends AnyAsync = never>(
  contract: TopicContract<any, any>,
  options: EmitPayloadOptions<Result<M>, Parameters<M>, unknown>,
): MethodDecoratorFor<M>;
/** To a topic by name. */
export function Emit<M extends AnyAsync>(
  topic: string,
  options?: RawEmitOptions<Result<M>, Parameters<M>> & { readonly each?: false | undefined },
): MethodDecoratorFor<M>;
/** To a topic by name, one record per element of the returned iterable. */
export function Emit<M extends AnyAsync>(
  topic: string,
  options: RawEmitOptions<ElementOf<Result<M>>, Parameters<M>> & { readonly each: true },
): MethodDecoratorFor<M>;
/* oxlint-enable typescript/no-explicit-any */
export function Emit(target: unknown, options: object = {}): MethodDecorator {
  return (prototype: unknown, key: unknown, descriptor: unknown): void => {
    const method = decoratedMethod('Emit', prototype, key, descriptor);
    const problem = targetProblem(target) ?? optionsProblem(target, options);
    if (problem !== undefined) {
      throw new InvalidMethodError({ host: method.host, method: String(method.name), ...problem });
    }
    const plan = new EmitPlan(target as TopicContract | string, options);
    declareProducerSlot(method.prototype, plan.producer);
    markEmits(method.prototype, method.name, wrapMethod(method, plan));
  };
}

interface Problem {
  readonly reason: string;
  readonly remedy: string;
}

function targetProblem(target: unknown): Problem | undefined {
  if (target === undefined || target === null) {
    return {
      reason: `@Emit got ${String(target)} instead of a contract`,
      remedy: 'Most often two files import each other: move the contract into a file that imports neither.',
    };
  }
  if (typeof target === 'string' && target !== '') return undefined;
  if (typeof target === 'function' && typeof (target as { topic?: unknown }).topic === 'string') return undefined;
  return {
    reason: '@Emit got neither a contract nor the name of a topic',
    remedy: 'Pass what defineTopic() returned.',
  };
}

function optionsProblem(target: unknown, options: AnyEmitOptions): Problem | undefined {
  const known = typeof target === 'string' ? RAW_OPTION_NAMES : CONTRACT_OPTION_NAMES;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return { reason: `its @Emit has '${unknown}', which has no effect`, remedy: `Use one of: ${known.join(', ')}.` };
  }
  const { waitFor = 'ack' } = options;
  if (waitFor === 'ack' || waitFor === 'accepted') return undefined;
  return { reason: `its @Emit waits for '${String(waitFor)}'`, remedy: "Use 'ack' or 'accepted'." };
}
