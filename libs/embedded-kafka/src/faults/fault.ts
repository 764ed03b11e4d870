import type { ErrorName } from 'kafka-wire';
import type { TopicScope } from './topic-entries.js';

/**
 * What happens to a request before it is served, or to its response after.
 *
 * - `'drop'`: nothing more is heard of it; the connection stays up and goes on.
 * - `'cut'`: the connection is destroyed.
 * - `{ delayMs }`: it waits, and everything behind it on its connection too.
 * - `{ errorCode }`: Kafka's name or number. On a request: refused without being applied; on a response: applied, and reported as failed. With a topic
 *   or partition only that part of the request is concerned, the rest is served.
 */
export type FaultAction =
  'drop' | 'cut' | { readonly delayMs: number } | ({ readonly errorCode: number | ErrorName } & TopicScope);

/** Which requests a fault is for, and what it does. What is left out does not matter. */
export interface FaultPlan extends TopicScope {
  /** How many requests it hits; all of them when left out. */
  readonly times?: number;
  /** How many matching requests pass before the first is hit. */
  readonly skip?: number;
  /** Node id of the broker asked. */
  readonly broker?: number;
  readonly action: FaultAction;
}

export interface FaultTarget {
  readonly api: string;
  readonly brokerId: number;
  /** True when the request speaks of that topic and partition. */
  readonly isAbout: (scope: TopicScope) => boolean;
}

/** A fault that is in place. */
export class Fault {
  #seen = 0;
  #hits = 0;
  #isRemoved = false;

  constructor(
    readonly api: string,
    readonly plan: FaultPlan,
  ) {}

  /** Requests or responses it has hit so far. */
  get hits(): number {
    return this.#hits;
  }

  get isSpent(): boolean {
    return this.#isRemoved || this.#hits >= (this.plan.times ?? Infinity);
  }

  get action(): FaultAction {
    return this.plan.action;
  }

  /** The part of a request it is about. */
  get scope(): TopicScope {
    const { plan, action } = this;
    const narrower: TopicScope = typeof action === 'object' && 'errorCode' in action ? action : {};
    return { topic: narrower.topic ?? plan.topic, partition: narrower.partition ?? plan.partition };
  }

  remove(): void {
    this.#isRemoved = true;
  }

  /** Whether it strikes this request; counts it if so. */
  strikes(target: FaultTarget): boolean {
    if (this.isSpent || this.api !== target.api) return false;
    if (this.plan.broker !== undefined && this.plan.broker !== target.brokerId) return false;
    if (!target.isAbout(this.scope)) return false;
    if (this.#seen++ < (this.plan.skip ?? 0)) return false;
    this.#hits++;
    return true;
  }
}
