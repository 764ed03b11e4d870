import { Random } from '../time/random.js';
import type { FaultSide } from './fault-action.js';
import type { Disturbable } from './fault-plan-check.js';
import { Fault, type FaultTarget } from './fault.js';
import {
  ALL_KINDS,
  checkRandomFaults,
  KINDS,
  weightsOf,
  type Drawn,
  type RandomFaultKind,
  type RandomFaultsOptions,
} from './random-fault-kinds.js';

/** A plan of faults drawn from a seed. */
export class RandomFaults {
  /** Given, or drawn from the cluster's seed: with it the same strikes can be had again. */
  readonly seed: number;
  readonly #random: Random;
  readonly #rate: number;
  readonly #weights: readonly (readonly [RandomFaultKind, number])[];
  readonly #drawn: Drawn;
  readonly #hits = Object.fromEntries(ALL_KINDS.map((kind) => [kind, 0])) as Record<RandomFaultKind, number>;
  /** What was drawn for a request until it strikes, before it is served or after. */
  readonly #pending = new WeakMap<FaultTarget, { readonly kind: RandomFaultKind; readonly fault: Fault }>();
  #isStopped = false;

  /** @internal */
  constructor(
    readonly options: RandomFaultsOptions,
    cluster: Disturbable,
    random: Random,
  ) {
    checkRandomFaults(options, cluster);
    const { rate = 0.05, maxDelayMs = 100, errorCodes = [] } = options;
    this.seed = options.seed ?? Math.floor(random.next() * 0x1_0000_0000);
    this.#random = new Random(this.seed);
    this.#rate = rate;
    this.#weights = weightsOf(options);
    this.#drawn = { maxDelayMs, errorCodes };
  }

  /** How often each kind has struck. */
  get hits(): Readonly<Record<RandomFaultKind, number>> {
    return this.#hits;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Strikes no more; what is delayed comes when it is due. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @internal Decides about a request. Three numbers for each that matches, struck or not: the next ones stay where they are. */
  draw(target: FaultTarget): void {
    const { apis, broker, clientId } = this.options;
    if (this.#isStopped || (apis !== undefined && !apis.includes(target.api))) return;
    if ((broker ?? target.broker) !== target.broker || (clientId ?? target.clientId) !== target.clientId) return;
    const [strike, which, howMuch] = [this.#random.next(), this.#random.next(), this.#random.next()];
    if (strike >= this.#rate) return;
    const kind = this.#kindAt(which);
    const { side, action } = KINDS[kind];
    const plan = { times: 1, action: action(howMuch, this.#drawn, target.api) };
    this.#pending.set(target, { kind, fault: new Fault(target.api, side, plan) });
  }

  /** @internal What was drawn for the request, when it is of that side. */
  strike(target: FaultTarget, side: FaultSide, hasAnswer: boolean): Fault | undefined {
    const pending = this.#pending.get(target);
    if (this.#isStopped || pending === undefined || pending.fault.side !== side) return undefined;
    if (!pending.fault.strikes(target, hasAnswer)) return undefined;
    this.#hits[pending.kind]++;
    return pending.fault;
  }

  #kindAt(chance: number): RandomFaultKind {
    let left = chance * this.#weights.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of this.#weights) {
      left -= weight;
      if (left < 0) return kind;
    }
    return this.#weights.at(-1)?.[0] as RandomFaultKind;
  }
}
