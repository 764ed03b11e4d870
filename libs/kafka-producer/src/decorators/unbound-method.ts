import { UnboundMethodError } from '../errors/program.errors.js';
import { DEFAULT_PRODUCER } from '../kafka-producer.tokens.js';
import { EmitPlan } from './emit-plan.js';
import type { MethodPlan } from './method-plans.js';
import type { EmitProducer } from './producer-slot.js';

/**
 * Whether what is bound has the methods this plan will call; a stand-in of a test may lack some.
 *
 * @param planCount of the method: several emits are sent together
 */
export function serves(producer: Partial<EmitProducer> | null | undefined, plan: EmitPlan, planCount: number): boolean {
  return producer !== undefined && producer !== null && missing(producer, plan, planCount) === undefined;
}

function missing(producer: Partial<EmitProducer>, plan: MethodPlan, planCount: number): keyof EmitProducer | undefined {
  if (!(plan instanceof EmitPlan)) return 'transaction';
  if (plan.waitFor === 'accepted') return typeof producer.enqueue === 'function' ? undefined : 'enqueue';
  if (typeof producer.send !== 'function') return 'send';
  const isOne = planCount === 1 && !plan.isEach;
  return isOne || typeof producer.sendAll === 'function' ? undefined : 'sendAll';
}

/** One call that could not be served. */
interface UnservedCall {
  readonly host: string;
  readonly method: string;
  /** The `this` of the call. */
  readonly called: unknown;
  readonly plan: MethodPlan;
  readonly planCount: number;
  readonly producer: Partial<EmitProducer> | null | undefined;
}

/** Why the call cannot emit; each cause has its own way out. */
export function unboundMethod(call: UnservedCall): UnboundMethodError {
  const { host, method, called, plan, planCount, producer } = call;
  const name = plan.producer;
  if (producer !== undefined && producer !== null) {
    return new UnboundMethodError({
      host,
      method,
      reason: `what stands in for its producer '${name}' (${classOf(producer)}) has no method ${missing(producer, plan, planCount)}()`,
      remedy:
        plan instanceof EmitPlan
          ? 'Give the stand-in the methods send(), sendAll() and enqueue(); each may return nothing. The method was not run.'
          : 'Give the stand-in a method transaction() that runs the function it is given, or use InMemoryProducer. The method was not run.',
    });
  }
  if (typeof called !== 'object' || called === null || !(plan.slot in called)) {
    const what = typeof called === 'object' && called !== null ? classOf(called) : String(called);
    return new UnboundMethodError({
      host,
      method,
      reason: `it was called without its instance (this is ${what})`,
      remedy: `Call it on the ${host}, or pass it on as (...args) => instance.${method}(...args).`,
    });
  }
  const bind = `bindKafkaProducer(instance, producer${name === DEFAULT_PRODUCER ? '' : `, '${name}'`})`;
  return new UnboundMethodError({
    host,
    method,
    reason: `no producer '${name}' is bound to this instance yet`,
    remedy:
      'Nest binds what it constructs after the constructor: call it from onModuleInit() on. It binds what useFactory and useValue give when the ' +
      `application is initialised: call app.init(), also in tests. Anything else, such as new ${host}() or a factory in a lazy module, needs ${bind}.`,
  });
}

/** The stand-in has a `transaction()` that does nothing: a mock, which would have skipped the method without a word. */
export function notRun(host: string, method: string, producer: object | undefined): UnboundMethodError {
  return new UnboundMethodError({
    host,
    method,
    reason: `transaction() of what stands in for its producer (${producer === undefined ? 'nothing' : classOf(producer)}) did not run the method`,
    remedy: 'Let it run the function it is given and return its promise, or use InMemoryProducer.',
  });
}

function classOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: string } };
  return constructor?.name || 'an object';
}
