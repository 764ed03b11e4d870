import type { Link } from './link.js';

/**
 * How a cut shows: connections are destroyed, also new ones as soon as the broker sees whose they are; or they stay open and silent, and go on
 * when the cut is healed.
 */
export type CutMode = 'refuse' | 'black-hole';

/** Between clients and a broker, or between two brokers. */
export type CutPlan =
  | {
      /** Node id. */
      readonly broker: number;
      /** Client id of those who cannot reach it; everyone when left out. */
      readonly client?: string;
      /** @defaultValue 'refuse' */
      readonly mode?: CutMode;
    }
  | { /** Node ids. Neither replicates from the other. */ readonly between: readonly [number, number] };

/** A cut that is in place. */
export class NetworkCut {
  readonly #onHealed: (cut: NetworkCut) => void;
  #isHealed = false;

  /** @internal */
  constructor(
    readonly plan: CutPlan,
    onHealed: (cut: NetworkCut) => void,
  ) {
    this.#onHealed = onHealed;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  /** Connections that were silent go on; followers catch up. */
  heal(): void {
    if (this.#isHealed) return;
    this.#isHealed = true;
    this.#onHealed(this);
  }

  /** @internal How it meets requests of that client at that broker. */
  modeFor(broker: number, client: string | undefined): CutMode | undefined {
    const { plan } = this;
    if ('between' in plan || plan.broker !== broker) return undefined;
    return plan.client === undefined || plan.client === client ? (plan.mode ?? 'refuse') : undefined;
  }

  /** @internal */
  parts(one: number, other: number): boolean {
    return 'between' in this.plan && this.plan.between.includes(one) && this.plan.between.includes(other);
  }
}

/** What lies between the clients and the brokers, and between the brokers. */
export class ClusterNetwork {
  readonly #brokers: readonly number[];
  readonly #onBrokersChanged: () => void;
  readonly #cuts = new Set<NetworkCut>();
  /** Every open connection, with the broker it leads to. */
  readonly #links = new Map<Link, number>();

  /** @internal `onBrokersChanged` is told when brokers were parted or can reach each other again */
  constructor(brokers: readonly number[], onBrokersChanged: () => void) {
    this.#brokers = brokers;
    this.#onBrokersChanged = onBrokersChanged;
  }

  /** @throws TypeError when there is nothing such a cut could part */
  cut(plan: CutPlan): NetworkCut {
    const problem = planProblem(plan, this.#brokers);
    if (problem !== undefined) throw new TypeError(problem);
    const cut = new NetworkCut(plan, (healed) => this.#heal(healed));
    this.#cuts.add(cut);
    for (const [link, broker] of Array.from(this.#links)) apply(cut, cut.modeFor(broker, link.clientId), link);
    if ('between' in plan) this.#onBrokersChanged();
    return cut;
  }

  /** Heals every cut. */
  heal(): void {
    for (const cut of Array.from(this.#cuts)) cut.heal();
  }

  /** Whether one broker can fetch from the other. */
  canReplicate(from: number, to: number): boolean {
    for (const cut of this.#cuts) if (from !== to && cut.parts(from, to)) return false;
    return true;
  }

  /** @internal A connection was opened to that broker. */
  connected(broker: number, link: Link): void {
    this.#links.set(link, broker);
    link.signal.addEventListener('abort', () => this.#links.delete(link), { once: true });
    this.arrived(broker, link);
  }

  /** @internal A request has come, which tells whose connection it is. @returns how it is kept away from the broker, if it is */
  arrived(broker: number, link: Link): CutMode | undefined {
    let met: CutMode | undefined;
    for (const cut of this.#cuts) {
      const mode = cut.modeFor(broker, link.clientId);
      apply(cut, mode, link);
      if (met !== 'refuse') met = mode ?? met;
    }
    return met;
  }

  #heal(cut: NetworkCut): void {
    this.#cuts.delete(cut);
    for (const link of Array.from(this.#links.keys())) link.resume(cut);
    if ('between' in cut.plan) this.#onBrokersChanged();
  }
}

function apply(cut: NetworkCut, mode: CutMode | undefined, link: Link): void {
  if (mode === 'refuse') link.destroy();
  else if (mode === 'black-hole') link.pause(cut);
}

const CLIENT_CUT = ['broker', 'client', 'mode'];

function planProblem(plan: CutPlan, brokers: readonly number[]): string | undefined {
  const isBetween = Object.hasOwn(plan, 'between');
  const strange = Object.keys(plan).find((key) => !(isBetween ? ['between'] : CLIENT_CUT).includes(key));
  if (strange !== undefined) return `a cut is { broker, client, mode } or { between: [1, 2] }, without ${strange}`;
  const ends = 'between' in plan ? plan.between : [plan.broker];
  const missing = ends.find((id) => !brokers.includes(id));
  if (missing !== undefined) return `there is no broker ${missing}; there are ${brokers.join(', ')}`;
  if ('between' in plan) {
    return plan.between.length === 2 && plan.between[0] !== plan.between[1]
      ? undefined
      : 'a cut is between two different brokers, as in { between: [1, 2] }';
  }
  if (plan.client !== undefined && typeof plan.client !== 'string') return 'client is a client id';
  return plan.mode === undefined || plan.mode === 'refuse' || plan.mode === 'black-hole'
    ? undefined
    : `mode is 'refuse' or 'black-hole', not ${JSON.stringify(plan.mode)}`;
}
