import { EmitPlan } from './emit-plan.js';
import type { TransactionalPlan } from './transactional-plan.js';

/** What one of our decorators has to do with a method. */
export type MethodPlan = EmitPlan | TransactionalPlan;

/** All of a method, in the order of the source, and by kind: calls read these. */
export class MethodPlans {
  readonly all: MethodPlan[] = [];
  readonly emits: EmitPlan[] = [];
  readonly units: TransactionalPlan[] = [];

  constructor(plans: readonly MethodPlan[]) {
    for (const plan of plans.toReversed()) this.unshift(plan);
  }

  /** Decorators run from the bottom up. */
  unshift(plan: MethodPlan): void {
    this.all.unshift(plan);
    if (plan instanceof EmitPlan) this.emits.unshift(plan);
    else this.units.unshift(plan);
  }
}
