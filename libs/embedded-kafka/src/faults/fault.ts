import type { ApiName, Apis, RequestOf } from 'kafka-wire';
import { Awaited } from './awaited.js';
import { needsAnswer, type FaultAction, type FaultSide } from './fault-action.js';
import { namesId } from './request-ids.js';
import { isInScope, topicEntries, type TopicNames, type TopicScope } from './topic-entries.js';

/** What a request's header and connection tell. */
export interface RequestFacts {
  readonly api: ApiName;
  readonly apiVersion: number;
  readonly clientId: string;
  /** Node id of the broker asked. */
  readonly broker: number;
}

/** Which requests a fault is for, and what it does. What is left out does not matter; what is given must all be so. */
export interface FaultPlan<A extends ApiName = ApiName> extends TopicScope {
  /** How many requests it hits; all of them when left out. */
  readonly times?: number;
  /** How many matching requests pass before the first is hit. */
  readonly skip?: number;
  /** Node id of the broker asked. */
  readonly broker?: number;
  readonly clientId?: string;
  readonly apiVersion?: number;
  /** The request names this transactional id. */
  readonly transactionalId?: string;
  /** The request names this consumer group. */
  readonly groupId?: string;
  /** Asked last, of requests that match in everything else. */
  matches?(request: RequestOf<Apis[A]>, facts: RequestFacts): boolean;
  readonly action: FaultAction;
}

export interface FaultTarget extends RequestFacts {
  readonly body: Readonly<Record<string, unknown>>;
  readonly topicNames: TopicNames;
}

/** A fault that is in place. */
export class Fault {
  readonly #awaited = new Awaited<number>();
  readonly #waiting = new Set<() => void>();
  #seen = 0;
  #hits = 0;
  #isRemoved = false;

  /** @internal */
  constructor(
    /** `'*'` for any. */
    readonly api: ApiName | '*',
    readonly side: FaultSide,
    readonly plan: FaultPlan,
  ) {}

  /** Requests or responses it has hit so far. */
  get hits(): number {
    return this.#hits;
  }

  /** Requests and responses that wait because of it right now. */
  get held(): number {
    return this.#waiting.size;
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

  /**
   * Resolves once it has hit so often, at once if it has.
   *
   * @param times hits since it was set
   * @returns its hits by then
   * @throws Error when it is removed or the cluster stops before, RangeError when it can never hit so often
   */
  struck(times = 1): Promise<number> {
    const { times: most = Infinity } = this.plan;
    if (this.#hits >= times) return Promise.resolve(this.#hits);
    if (times > most)
      return Promise.reject(new RangeError(`a fault that hits ${most} times never hits ${times} times`));
    return this.#awaited.next((hits) => hits >= times);
  }

  /**
   * Lets everything that waits because of it go on now, in the order it was hit; what matches later waits again. When this returns, requests
   * whose broker is up and not paused have been handed to it.
   *
   * @returns how many waited
   */
  release(): number {
    const waiting = Array.from(this.#waiting);
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
    return waiting.length;
  }

  /** Strikes no more. What waits because of it goes on waiting until {@link release}. */
  remove(): void {
    this.#isRemoved = true;
    this.#awaited.close(new Error(`the fault on ${this.api} was removed after ${this.#hits} hits`));
  }

  /** Strikes no more, and lets go what waits. */
  heal(): void {
    this.remove();
    this.release();
  }

  /** @internal Whether it strikes this request; counts it if so. `hasAnswer` is false where the protocol answers nothing. */
  strikes(target: FaultTarget, hasAnswer = true): boolean {
    if (this.isSpent || (!hasAnswer && needsAnswer(this.action)) || !this.#isFor(target)) return false;
    if (this.#seen++ < (this.plan.skip ?? 0)) return false;
    this.#hits++;
    this.#awaited.offer(this.#hits);
    return true;
  }

  /** @internal Keeps what it struck until it is released; gives back what forgets it. */
  keep(goOn: () => void): () => void {
    this.#waiting.add(goOn);
    return () => this.#waiting.delete(goOn);
  }

  #isFor(target: FaultTarget): boolean {
    const { plan, scope } = this;
    const { body } = target;
    return (
      (this.api === '*' || this.api === target.api) &&
      (plan.broker ?? target.broker) === target.broker &&
      (plan.clientId ?? target.clientId) === target.clientId &&
      (plan.apiVersion ?? target.apiVersion) === target.apiVersion &&
      isAbout(target, scope) &&
      (plan.transactionalId === undefined || namesId(body, 'transactionalId', plan.transactionalId)) &&
      (plan.groupId === undefined || namesId(body, 'groupId', plan.groupId)) &&
      (plan.matches?.(body as RequestOf<Apis[ApiName]>, target) ?? true)
    );
  }
}

function isAbout({ body, topicNames }: FaultTarget, scope: TopicScope): boolean {
  if (scope.topic === undefined && scope.partition === undefined) return true;
  for (const { topic, partition } of topicEntries(body, topicNames))
    if (isInScope(scope, topic, partition)) return true;
  return false;
}
