import { Logger } from '@nestjs/common';

import { InvalidMethodError, UnboundMethodError } from '../errors/program.errors.js';
import type { DecoratedMethod } from './decorated-method.js';
import type { EmitPlan } from './emit-plan.js';
import { emitRecords, type Consignment } from './emit-records.js';
import type { EmitProducer } from './producer-slot.js';

/** On the wrapper function: its plans, so that a second decorator joins them instead of wrapping again. */
const PLANS = Symbol.for('nestjs-kafka-producer/plans');

type Method = DecoratedMethod['original'];
type WrapperFunction = Method & { readonly [PLANS]?: EmitPlan[] };

/**
 * Puts a plan on a method: replaces it by a wrapper, or adds to the wrapper that is already there.
 *
 * Decorators run from the bottom up; plans are kept in the order of the source.
 *
 * @returns all plans of the method
 */
export function wrapMethod(method: DecoratedMethod, plan: EmitPlan): readonly EmitPlan[] {
  const plans = Object.hasOwn(method.original, PLANS) ? (method.original as WrapperFunction)[PLANS]! : undefined;
  if (plans !== undefined) {
    plans.unshift(plan);
    return plans;
  }
  const own = [plan];
  const wrapper = emittingMethod(method, own);
  copyIdentity(method.original, wrapper);
  Object.defineProperty(wrapper, PLANS, { value: own });
  method.descriptor.value = wrapper;
  return own;
}

/**
 * The wrapper itself. Not an async function: one promise less per call, and what the method throws synchronously stays so.
 *
 * Nothing of the method runs before its producers are known, so an unbound call has no effect at all.
 */
function emittingMethod({ host, name, original }: DecoratedMethod, plans: readonly EmitPlan[]): Method {
  const method = String(name);
  const onLost = lostRecordLog(`${host}.${method}`);
  return function emitting(this: unknown, ...args: unknown[]): unknown {
    for (const plan of plans) {
      if (producerOf(this, plan) === undefined) return Promise.reject(unbound(host, method, plan.producer));
    }
    const returned = original.apply(this, args);
    if (!isThenable(returned)) return Promise.reject(notAsync(host, method, returned));
    return Promise.resolve(returned).then((result) => {
      const consignments = consign(plans, this, result, args);
      return consignments.length === 0 ? result : emitRecords(consignments, onLost).then(() => result);
    });
  };
}

/** All records of the call are made before the first is sent: an option that throws leaves nothing half done. */
function consign(plans: readonly EmitPlan[], host: unknown, result: unknown, args: unknown[]): Consignment[] {
  const consignments: Consignment[] = [];
  for (const plan of plans) {
    const records = plan.records(host, result, args);
    if (records.length === 0) continue;
    const producer = producerOf(host, plan)!;
    const { waitFor } = plan;
    const together = consignments.find((other) => other.producer === producer && other.waitFor === waitFor);
    if (together === undefined) consignments.push({ producer, waitFor, records });
    else together.records.push(...records);
  }
  return consignments;
}

function producerOf(host: unknown, { slot }: EmitPlan): EmitProducer | undefined {
  return (host as Record<symbol, EmitProducer | undefined> | undefined)?.[slot];
}

/** So that `@Get` above or below, pipes, guards and stack traces see the method they always saw. */
function copyIdentity(from: Method, to: Method): void {
  const { prototype: _prototype, ...own } = Object.getOwnPropertyDescriptors(from) as Record<
    string,
    PropertyDescriptor
  >;
  Object.defineProperties(to, own);
  for (const key of Reflect.getMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
}

/** One line per error: the records of a batch fail with the same one. */
function lostRecordLog(method: string): (topic: string, error: unknown) => void {
  const logger = new Logger('KafkaProducer');
  const told = new WeakSet<object>();
  return (topic, error) => {
    if (typeof error === 'object' && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    const reason = error instanceof Error ? error.message : String(error);
    logger.error(`${method}() was accepted and not delivered to topic '${topic}': ${reason}`);
  };
}

function unbound(host: string, method: string, producer: string): UnboundMethodError {
  const reason = `no producer '${producer}' is bound to this instance, because Nest did not construct it`;
  return new UnboundMethodError({ host, method, reason });
}

function notAsync(host: string, method: string, returned: unknown): InvalidMethodError {
  const isStream = typeof (returned as { subscribe?: unknown } | undefined)?.subscribe === 'function';
  const reason = isStream ? 'it returned an Observable' : 'it returned no promise, so nothing was emitted';
  return new InvalidMethodError({ host, method, reason });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
