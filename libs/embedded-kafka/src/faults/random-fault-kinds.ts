import type { ApiName, ErrorName } from 'kafka-wire';
import { actionProblem, type FaultAction, type FaultSide } from './fault-action.js';
import { checkApi, type Disturbable } from './fault-plan-check.js';

/** `late-request`: delayed even if its client leaves. The last two need `errorCodes`. */
export type RandomFaultKind =
  | 'drop-request'
  | 'cut-request'
  | 'delay-request'
  | 'late-request'
  | 'drop-response'
  | 'cut-response'
  | 'delay-response'
  | 'throttle-response'
  | 'fragment-response'
  | 'refuse-request'
  | 'fail-response';

export interface RandomFaultsOptions {
  /** @defaultValue drawn from the cluster's seed; `plan.seed` tells it */
  readonly seed?: number;
  /** Share of the requests that are struck, above 0 and up to 1. @defaultValue 0.05 */
  readonly rate?: number;
  /** How often each kind relative to the others; a kind left out never. @defaultValue each 1, without the two that need error codes */
  readonly weights?: Readonly<Partial<Record<RandomFaultKind, number>>>;
  /** @defaultValue all that are served */
  readonly apis?: readonly ApiName[];
  /** Node id of the only broker concerned. */
  readonly broker?: number;
  readonly clientId?: string;
  /** Longest delay and throttle time, in milliseconds, at least 1. @defaultValue 100 */
  readonly maxDelayMs?: number;
  /** What requests are refused with and responses report. */
  readonly errorCodes?: readonly (number | ErrorName)[];
}

/** Small pieces for answers that are small, so that frames arrive cut anywhere; fetches would take for ever. */
const MAX_FRAGMENT_BYTES = 64;
const FETCH_FRAGMENT_BYTES = 16_384;

/** How a kind becomes a fault. */
interface Kind {
  readonly side: FaultSide;
  readonly action: (chance: number, options: Drawn, api: ApiName) => FaultAction;
}

/** What actions are drawn from. */
export interface Drawn {
  readonly maxDelayMs: number;
  readonly errorCodes: readonly (number | ErrorName)[];
}

const upTo = (max: number, chance: number) => 1 + Math.floor(chance * max);
const code = (chance: number, { errorCodes }: Drawn): FaultAction => ({
  errorCode: errorCodes[Math.floor(chance * errorCodes.length)] as number | ErrorName,
});

export const KINDS: Readonly<Record<RandomFaultKind, Kind>> = {
  'drop-request': { side: 'request', action: () => 'drop' },
  'cut-request': { side: 'request', action: () => 'cut' },
  'delay-request': { side: 'request', action: (chance, { maxDelayMs }) => ({ delayMs: upTo(maxDelayMs, chance) }) },
  'late-request': {
    side: 'request',
    action: (chance, { maxDelayMs }) => ({ delayMs: upTo(maxDelayMs, chance), evenIfDisconnected: true }),
  },
  'drop-response': { side: 'response', action: () => 'drop' },
  'cut-response': { side: 'response', action: () => 'cut' },
  'delay-response': { side: 'response', action: (chance, { maxDelayMs }) => ({ delayMs: upTo(maxDelayMs, chance) }) },
  'throttle-response': {
    side: 'response',
    action: (chance, { maxDelayMs }) => ({ throttleMs: upTo(maxDelayMs, chance) }),
  },
  'fragment-response': {
    side: 'response',
    action: (chance, _options, api) => ({
      fragmentBytes: api === 'Fetch' ? FETCH_FRAGMENT_BYTES : upTo(MAX_FRAGMENT_BYTES, chance),
      everyMs: 0,
    }),
  },
  'refuse-request': { side: 'request', action: code },
  'fail-response': { side: 'response', action: code },
};

export const ALL_KINDS = Object.keys(KINDS) as RandomFaultKind[];
const NEED_CODES: readonly RandomFaultKind[] = ['refuse-request', 'fail-response'];
const OPTIONS = new Set(['seed', 'rate', 'weights', 'apis', 'broker', 'clientId', 'maxDelayMs', 'errorCodes']);

/** The kinds that can strike, each with its weight, in a fixed order. */
export function weightsOf({ weights, errorCodes = [] }: RandomFaultsOptions): [RandomFaultKind, number][] {
  const usual = ALL_KINDS.filter((kind) => errorCodes.length > 0 || !NEED_CODES.includes(kind));
  const all = weights ?? Object.fromEntries(usual.map((kind) => [kind, 1]));
  return ALL_KINDS.map((kind): [RandomFaultKind, number] => [kind, all[kind] ?? 0]).filter(([, weight]) => weight > 0);
}

/** @throws TypeError naming what to change */
export function checkRandomFaults(options: RandomFaultsOptions, cluster: Disturbable): void {
  const problem = optionProblem(options, cluster);
  if (problem !== undefined) throw new TypeError(problem);
  for (const api of options.apis ?? []) checkApi(api, cluster);
}

function optionProblem(options: RandomFaultsOptions, { brokers }: Disturbable): string | undefined {
  const { seed = 0, rate = 1, broker, maxDelayMs = 1, errorCodes = [] } = options;
  const strange = Object.keys(options).find((name) => !OPTIONS.has(name));
  if (strange !== undefined) return `random faults have no "${strange}"; there are ${[...OPTIONS].join(', ')}`;
  if (!Number.isInteger(seed) || seed < 0) return `seed must be an integer of at least 0, not ${seed}`;
  if (!(rate > 0 && rate <= 1)) return `rate must be above 0 and up to 1, not ${rate}`;
  if (!Number.isInteger(maxDelayMs) || maxDelayMs < 1) {
    return `maxDelayMs must be an integer of at least 1, not ${maxDelayMs}`;
  }
  if (broker !== undefined && !brokers.includes(broker)) {
    return `there is no broker ${broker}; there are ${brokers.join(', ')}`;
  }
  for (const code of errorCodes) {
    const problem = actionProblem('request', { errorCode: code });
    if (problem !== undefined) return problem;
  }
  return weightsProblem(options);
}

function weightsProblem({ weights, errorCodes = [] }: RandomFaultsOptions): string | undefined {
  if (weights === undefined) return undefined;
  for (const [kind, weight] of Object.entries(weights)) {
    if (!Object.hasOwn(KINDS, kind)) return `no random fault is called "${kind}"; they are ${ALL_KINDS.join(', ')}`;
    if (!(weight >= 0 && weight < Infinity))
      return `the weight of ${kind} must be a number of at least 0, not ${weight}`;
    if (weight > 0 && errorCodes.length === 0 && NEED_CODES.includes(kind as RandomFaultKind)) {
      return `${kind} needs errorCodes to choose from`;
    }
  }
  if (Object.values(weights).every((weight) => weight === 0)) return 'every weight is 0: nothing would ever strike';
  return undefined;
}
