import { sendsInUnit } from '../kafka-producer.service.js';
import type { ProducerRecord } from '../record/producer-record.js';
import { OpenScope } from '../scope/open-scope.js';
import type { EmitPlan } from './emit-plan.js';
import type { EmitProducer } from './producer-slot.js';

/**
 * The scope that will wait for what is emitted now. `undefined`: the method waits itself.
 *
 * Inside a unit there is nothing to wait for: the record is staged. If it cannot be, or the unit is another producer's, the method has to know, or the unit
 * would be committed without it.
 */
export function scopeOf(producer: EmitProducer): OpenScope | undefined {
  const scope = producer.currentScope?.();
  if (!(scope instanceof OpenScope) || !scope.emits.isOpen) return undefined;
  return sendsInUnit(producer) ? undefined : scope;
}

/** Sends now; the scope hears what becomes of it. */
export function leaveTo(scope: OpenScope, producer: EmitProducer, records: readonly ProducerRecord[]): void {
  const [first] = records;
  const sent: Promise<unknown> = records.length === 1 ? producer.send(first!) : producer.sendAll(records);
  // A test's mock may return no promise: that counts as an acknowledgement.
  scope.emits.add({ topic: first!.topic, recordCount: records.length, sent: Promise.resolve(sent) });
}

const NONE: readonly OpenScope[] = [];

/**
 * Has the scopes wait for a method from its call on, so that they have its records also when its caller does not await it.
 *
 * @returns those that do, to be {@link release released} when the method has emitted
 */
export function expectingScopes(plans: readonly EmitPlan[], producers: readonly EmitProducer[]): readonly OpenScope[] {
  if (!plans.some(isScoped)) return NONE;
  const scopes: OpenScope[] = [];
  for (const [index, plan] of plans.entries()) {
    const scope = isScoped(plan) ? scopeOf(producers[index]!) : undefined;
    if (scope === undefined) continue;
    scope.emits.expect();
    scopes.push(scope);
  }
  return scopes;
}

function isScoped({ waitFor }: EmitPlan): boolean {
  return waitFor === 'scope';
}

export function release(scopes: readonly OpenScope[]): void {
  for (const { emits } of scopes) emits.expectNoMore();
}
