import { EmitPlan } from '../emit-plan.js';
import type { MethodPlan } from '../method-plans.js';

/** The `@Emit` among the plans of a method. */
export function emittedBy(plans: readonly MethodPlan[] = []): EmitPlan[] {
  return plans.filter((plan) => plan instanceof EmitPlan);
}
