import { emitsOf } from './emit-marks.js';
import type { MethodPlan } from './method-plans.js';

/** One method that emits, as declared by one class of a host's prototype chain. */
export interface EmittingMethod {
  readonly prototype: object;
  readonly name: string | symbol;
  readonly plans: readonly MethodPlan[];
}

/** Of the class and everything it inherits, the most derived first. */
export function emittingMethods(host: object): EmittingMethod[] {
  const methods: EmittingMethod[] = [];
  for (
    let prototype: object | null = host;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const name of Reflect.ownKeys(prototype)) {
      const plans = emitsOf(prototype, name);
      if (plans !== undefined) methods.push({ prototype, name, plans });
    }
  }
  return methods;
}

/** The class between the host and the declaring one that has its own method of this name; the most derived one. */
export function overriding(host: object, declaring: object, name: string | symbol): object | undefined {
  for (let prototype = host; prototype !== declaring; prototype = Object.getPrototypeOf(prototype) as object) {
    if (Object.hasOwn(prototype, name)) return prototype;
  }
  return undefined;
}
