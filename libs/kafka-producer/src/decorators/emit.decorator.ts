import { InvalidMethodError } from '../errors/program.errors.js';
import type { TopicContract } from '../topics/define-topic.js';
import { decoratedMethod } from './decorated-method.js';
import { emitProblem } from './emit-checks.js';
import { markEmits } from './emit-marks.js';
import type { AnyAsync, ElementOf, EmitOptions, RawEmitOptions, Result } from './emit-options.js';
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

interface PlainOptions<R, A extends readonly unknown[]> extends EmitOptions<R, A> {
  readonly payload?: undefined;
  readonly each?: false | undefined;
}

interface EachOptions<R, A extends readonly unknown[]> extends EmitOptions<R, A> {
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
 * An option that looks at the arguments declares their types: `headers: (event, [order]: [Order]) => …`. Otherwise they are `any`.
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
export function Emit<In, A extends any[] = any[]>(
  contract: TopicContract<any, In>,
  options?: PlainOptions<In, A>,
): MethodDecoratorFor<(...args: A) => Promise<In | undefined>>;
/** One record per element of the returned iterable; none for an empty one. */
export function Emit<In, A extends any[] = any[]>(
  contract: TopicContract<any, In>,
  options: EachOptions<In, A>,
): MethodDecoratorFor<(...args: A) => Promise<Iterable<In>>>;
/** The payload is made from the result and the arguments, whose types it declares: `payload: (total: number, [id]: [string]) => …`. Nothing of it goes unchecked. */
export function Emit<In, R = any, A extends any[] = any[]>(
  contract: TopicContract<any, In>,
  options: EmitPayloadOptions<R, A, In>,
): MethodDecoratorFor<(...args: A) => Promise<R>>;
/**
 * For a named method: `@Emit<OrdersService['place'], OrderPlaced>(orderPlaced, { payload: (result, [order]) => … })`.
 *
 * Name the contract's payload too: TypeScript infers all type arguments or none, so with the method alone what `payload` returns is not compared with the
 * contract. `never` keeps calls that name no method on the overload above.
 */
export function Emit<M extends AnyAsync = never, In = any>(
  contract: TopicContract<any, In>,
  options: EmitPayloadOptions<Result<M>, Parameters<M>, In>,
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
export function Emit(target: unknown, options: unknown = {}): MethodDecorator {
  return (prototype: unknown, key: unknown, descriptor: unknown): void => {
    const method = decoratedMethod('Emit', prototype, key, descriptor);
    const where = { host: method.host, method: String(method.name) };
    const problem = emitProblem(target, options, method.prototype, method.name);
    if (problem !== undefined) throw new InvalidMethodError({ ...where, ...problem });
    const plan = new EmitPlan(target as TopicContract | string, options as AnyEmitOptions, where);
    const plans = wrapMethod(method, plan);
    for (const { producer } of plans) declareProducerSlot(method.prototype, producer);
    markEmits(method.prototype, method.name, plans);
  };
}
