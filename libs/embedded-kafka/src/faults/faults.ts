import type { ApiName } from 'kafka-wire';
import type { Random } from '../time/random.js';
import type { FaultSide } from './fault-action.js';
import { checkFault, type Disturbable } from './fault-plan-check.js';
import { Fault, type FaultPlan, type FaultTarget } from './fault.js';
import type { RandomFaultsOptions } from './random-fault-kinds.js';
import { RandomFaults } from './random-faults.js';

/** The faults of a cluster. Of several that match, the one set first strikes, until it is spent; random ones strike where no other does. */
export class Faults {
  readonly #cluster: Disturbable;
  readonly #random: Random;
  #faults: Record<FaultSide, Fault[]> = { request: [], response: [] };
  #plans: RandomFaults[] = [];

  /** @internal */
  constructor(cluster: Disturbable, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /**
   * Strikes before the request is served: a request that is dropped or cut has no effect.
   *
   * @param api `'*'` for any
   * @throws TypeError when the plan could never strike as meant
   */
  onRequest<A extends ApiName>(api: A | '*', plan: FaultPlan<A>): Fault {
    return this.#add(api, 'request', plan);
  }

  /**
   * Strikes after the request was served: what it asked for has happened, whatever the client gets to know.
   *
   * @param api `'*'` for any
   * @throws TypeError when the plan could never strike as meant
   */
  onResponse<A extends ApiName>(api: A | '*', plan: FaultPlan<A>): Fault {
    return this.#add(api, 'response', plan);
  }

  /**
   * Strikes at random until it is stopped. The same seed and the same order of requests give the same strikes.
   *
   * @throws TypeError when an option cannot work
   */
  random(options: RandomFaultsOptions = {}): RandomFaults {
    const plan = new RandomFaults(options, this.#cluster, this.#random);
    this.#plans.push(plan);
    return plan;
  }

  /** Removes all faults, random ones too, and lets go what waits because of them. */
  clear(): void {
    for (const plan of this.#plans) plan.stop();
    const faults = [...this.#faults.request, ...this.#faults.response];
    this.#plans = [];
    this.#faults = { request: [], response: [] };
    for (const fault of faults) fault.heal();
  }

  /** @internal The cluster stops: nothing strikes any more, and what waits never goes on. */
  close(): void {
    for (const fault of [...this.#faults.request, ...this.#faults.response]) fault.remove();
    for (const plan of this.#plans) plan.stop();
  }

  /** @internal */
  strikeRequest(target: FaultTarget): Fault | undefined {
    // Every plan draws for every request, whatever else strikes it: a fault that is added moves none of the random ones.
    for (const plan of this.#plans) plan.draw(target);
    return this.#strike('request', target, true);
  }

  /** @internal `hasAnswer` is false where the protocol answers nothing. */
  strikeResponse(target: FaultTarget, hasAnswer: boolean): Fault | undefined {
    return this.#strike('response', target, hasAnswer);
  }

  #strike(side: FaultSide, target: FaultTarget, hasAnswer: boolean): Fault | undefined {
    for (const fault of this.#faults[side]) if (fault.strikes(target, hasAnswer)) return fault;
    for (const plan of this.#plans) {
      const fault = plan.strike(target, side, hasAnswer);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #add(api: ApiName | '*', side: FaultSide, plan: FaultPlan): Fault {
    checkFault(api, side, plan, this.#cluster);
    const fault = new Fault(api, side, plan);
    this.#faults[side].push(fault);
    return fault;
  }
}
