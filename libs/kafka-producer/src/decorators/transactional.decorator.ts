import { InvalidMethodError } from '../errors/program.errors.js';
import { transactionalProblem } from '../transactions/transactional.options.js';
import { decoratedMethod } from './decorated-method.js';
import { wrapMethod } from './emit-wrapper.js';
import type { MethodDecoratorFor } from './emit.decorator.js';
import type { AnyAsync } from './emit-options.js';
import { markEmits } from './emit-marks.js';
import { declareProducerSlot } from './producer-slot.js';
import type { TransactionalMethodOptions } from './transactional-options.js';
import { TransactionalPlan } from './transactional-plan.js';

/**
 * Runs the method as a unit of work: what it sends, and what its `@Emit` send, becomes visible together when the method has succeeded, or not at all.
 *
 * Joins the unit it is called in, or starts one; `propagation` says otherwise. When the method throws nothing is sent, and the error is passed on. The method's
 * promise resolves when the unit is committed. Where it stands among the `@Emit` of the method makes no difference. `KafkaTransactional` is the same, for
 * files that have another `Transactional`.
 *
 * @example
 * ```ts
 * @Transactional()
 * @Emit(orderPlaced)
 * async place(order: Order): Promise<OrderPlaced> { … }
 * ```
 * @throws InvalidMethodError while the class is defined: on a static method, an accessor, a generator, a property, or with wrong options
 */
export function Transactional(options: TransactionalMethodOptions = {}): MethodDecoratorFor<AnyAsync> {
  return (prototype: unknown, key: unknown, descriptor: unknown): void => {
    const method = decoratedMethod('Transactional', prototype, key, descriptor);
    const problem = transactionalProblem(options, ['producer']) ?? signalProblem(options);
    if (problem !== undefined) {
      const where = { host: method.host, method: String(method.name) };
      throw new InvalidMethodError({
        ...where,
        reason: `of its @Transactional ${problem}`,
        remedy: 'Correct the decorator.',
      });
    }
    const plans = wrapMethod(method, new TransactionalPlan(options));
    for (const { producer } of plans) declareProducerSlot(method.prototype, producer);
    markEmits(method.prototype, method.name, plans);
  };
}

/** The same as {@link Transactional}. */
export const KafkaTransactional = Transactional;

/** A signal belongs to one call, a decorator to all of them. */
function signalProblem(options: object): string | undefined {
  return 'signal' in options && options.signal !== undefined
    ? 'a signal would be of all calls: use transaction(work, { signal })'
    : undefined;
}
