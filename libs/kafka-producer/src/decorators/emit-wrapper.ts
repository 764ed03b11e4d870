import { Logger } from '@nestjs/common';

import { InvalidMethodError } from '../errors/program.errors.js';
import { loggerContext } from '../kafka-producer.tokens.js';
import type { DecoratedMethod } from './decorated-method.js';
import type { EmitPlan } from './emit-plan.js';
import { emitRecords, type Consignment, type LostListener } from './emit-records.js';
import { expectingScopes, leaveTo, release, scopeOf } from './emit-scope.js';
import type { EmitProducer } from './producer-slot.js';
import { OBSERVABLE_REMEDY } from './return-type.js';
import { isThenable } from '../support/thenable.js';
import { MethodPlans, type MethodPlan } from './method-plans.js';
import { inUnits } from './transactional-plan.js';
import { notRun, serves, unboundMethod } from './unbound-method.js';

/** On the wrapper function: what it wraps, so that a second decorator joins it instead of wrapping again. */
const WRAPPED = Symbol.for('nestjs-kafka-producer/wrapped');

type Method = DecoratedMethod['original'];

interface Wrapped {
  readonly prototype: object;
  readonly name: string | symbol;
  readonly original: Method;
  /** In the order of the source. */
  readonly plans: MethodPlans;
  /** The function this stands on, unless a foreign wrapper copied it. */
  readonly wrapper: Method;
}

/**
 * Puts a plan on a method: replaces it by a wrapper, or adds to the wrapper that is already there.
 *
 * Decorators run from the bottom up; plans are kept in the order of the source. A wrapper that belongs to another class (a method borrowed from its
 * prototype) stays as it is: its plans are taken over. A foreign wrapper that copied what it wraps stays too, and what it wraps emits for both.
 *
 * @returns all plans of the method
 */
export function wrapMethod(method: DecoratedMethod, plan: MethodPlan): readonly MethodPlan[] {
  const { prototype, name } = method;
  const mark = Object.hasOwn(method.original, WRAPPED)
    ? (method.original as unknown as { readonly [WRAPPED]: Wrapped })[WRAPPED]
    : undefined;
  if (mark?.prototype === prototype && mark.name === name) {
    mark.plans.unshift(plan);
    return mark.plans.all;
  }
  const inner = mark?.wrapper === method.original ? mark : undefined;
  const original = inner?.original ?? method.original;
  const plans = new MethodPlans([plan, ...(inner?.plans.all ?? [])]);
  const wrapper = emittingMethod({ ...method, original }, plans);
  copyIdentity(method.original, wrapper);
  Object.defineProperty(wrapper, WRAPPED, { value: { prototype, name, original, plans, wrapper } satisfies Wrapped });
  method.descriptor.value = wrapper;
  return plans.all;
}

/**
 * The wrapper itself. Not an async function: what the method throws synchronously stays so.
 *
 * Nothing of the method runs before its producers are known to do what will be asked of them, so a call that cannot emit has no effect at all. The body
 * is run here and by nobody else: an object in the producer's place that does nothing cannot leave it out.
 */
function emittingMethod({ host, name, original }: DecoratedMethod, { emits, units }: MethodPlans): Method {
  const method = String(name);
  const onLost = lostRecordLog(`${host}.${method}`);
  return function emitting(this: unknown, ...args: unknown[]): unknown {
    const producers: EmitProducer[] = [];
    for (const plan of emits) {
      const producer = producerOf(this, plan);
      if (!serves(producer, plan, emits.length)) {
        const planCount = emits.length;
        return Promise.reject(unboundMethod({ host, method, called: this, plan, planCount, producer }));
      }
      producers.push(producer!);
    }
    if (units.length > 0) return inItsUnits(this, args);
    const returned = original.apply(this, args);
    if (!isThenable(returned)) return Promise.reject(notAsync(host, method, returned));
    return emits.length === 0 ? returned : emitAfter(returned, emits, producers, this, args, onLost);

    async function inItsUnits(instance: unknown, given: unknown[]): Promise<unknown> {
      const owners: EmitProducer[] = [];
      for (const plan of units) {
        const producer = producerOf(instance, plan);
        if (typeof producer?.transaction !== 'function') {
          throw unboundMethod({ host, method, called: instance, plan, planCount: units.length, producer });
        }
        owners.push(producer);
      }
      let hasRun = false;
      const result = await inUnits(units, owners, async () => {
        hasRun = true;
        const own = original.apply(instance, given);
        if (!isThenable(own)) throw notAsync(host, method, own);
        return emitAfter(own, emits, producers, instance, given, onLost);
      });
      if (!hasRun) throw notRun(host, method, owners[0]);
      return result;
    }
  };
}

/**
 * What the caller waits for.
 *
 * Sends with the producers the call began with: the application may let go of the instance while the method runs.
 *
 * Awaits instead of chaining: a promise that a `then` callback returns costs two more turns and is adopted by a job of its own. The common call, one
 * record of one `@Emit`, makes no lists.
 */
async function emitAfter(
  returned: PromiseLike<unknown>,
  plans: readonly EmitPlan[],
  producers: readonly EmitProducer[],
  host: unknown,
  args: unknown[],
  onLost: LostListener,
): Promise<unknown> {
  const expecting = expectingScopes(plans, producers);
  try {
    const result = await returned;
    const only = plans.length === 1 ? plans[0]! : undefined;
    if (only !== undefined && !only.isEach && only.waitFor !== 'accepted') {
      const record = only.record(host, result, args);
      if (record === undefined) return result;
      const scope = only.waitFor === 'scope' ? scopeOf(producers[0]!) : undefined;
      if (scope === undefined) await producers[0]!.send(record);
      else leaveTo(scope, producers[0]!, [record]);
      return result;
    }
    const consignments = consign(plans, producers, host, result, args);
    if (consignments.length > 0) await emitRecords(consignments, onLost);
    return result;
  } finally {
    release(expecting);
  }
}

/** All records of the call are made before the first is sent: an option that throws leaves nothing half done. */
function consign(
  plans: readonly EmitPlan[],
  producers: readonly EmitProducer[],
  host: unknown,
  result: unknown,
  args: unknown[],
): Consignment[] {
  const consignments: Consignment[] = [];
  let place = 0;
  for (const [index, plan] of plans.entries()) {
    const records = plan.records(host, result, args);
    if (records.length === 0) continue;
    const producer = producers[index]!;
    const { producer: producerName } = plan;
    const scope = plan.waitFor === 'scope' ? scopeOf(producer) : undefined;
    const waitFor = plan.waitFor === 'scope' && scope === undefined ? 'ack' : plan.waitFor;
    let consignment = consignments.find((other) => other.producer === producer && other.waitFor === waitFor);
    if (consignment === undefined) {
      consignment = { producer, producerName, waitFor, scope, records: [], places: [] };
      consignments.push(consignment);
    }
    for (const record of records) {
      consignment.records.push(record);
      consignment.places.push(place++);
    }
  }
  return consignments;
}

function producerOf(host: unknown, { slot }: MethodPlan): EmitProducer | undefined {
  return (host as Record<symbol, EmitProducer | undefined> | undefined)?.[slot];
}

/** So that `@Get` above or below, pipes, guards and stack traces see the method they always saw. */
function copyIdentity(from: Method, to: Method): void {
  const {
    prototype: _prototype,
    [WRAPPED]: _wrapped,
    ...own
  } = Object.getOwnPropertyDescriptors(from) as Record<string | symbol, PropertyDescriptor>;
  Object.defineProperties(to, own);
  for (const key of Reflect.getMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
}

/** One line per error: the records of a batch fail with the same one. */
function lostRecordLog(method: string): LostListener {
  const told = new WeakSet<object>();
  return (producerName, topic, error) => {
    if (typeof error === 'object' && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    const reason = error instanceof Error ? error.message : String(error);
    const logger = new Logger(loggerContext(producerName));
    logger.error(`${method}() was accepted and not delivered to topic '${topic}': ${reason}`);
  };
}

function notAsync(host: string, method: string, returned: unknown): InvalidMethodError {
  const isStream = typeof (returned as { subscribe?: unknown } | null | undefined)?.subscribe === 'function';
  return new InvalidMethodError(
    isStream
      ? { host, method, reason: 'it returned an Observable, so nothing was emitted', remedy: OBSERVABLE_REMEDY }
      : { host, method, reason: 'it returned no promise, so nothing was emitted' },
  );
}
