import { apis, type ApiName } from 'kafka-wire';
import { actionProblem, type FaultSide } from './fault-action.js';
import type { FaultPlan } from './fault.js';
import { canSpeakOf, type RequestSubject } from './request-subjects.js';

/** What a plan may say of requests, and what makes it wrong. */
type Rule = (value: unknown) => string | undefined;

const integer =
  (min: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min
      ? undefined
      : `must be an integer of at least ${min}, not ${JSON.stringify(value)}`;
const text: Rule = (value) =>
  typeof value === 'string' ? undefined : `must be a string, not ${JSON.stringify(value)}`;

const RULES: Readonly<Record<keyof FaultPlan, Rule>> = {
  times: integer(1),
  skip: integer(0),
  broker: integer(1),
  clientId: text,
  apiVersion: integer(0),
  topic: text,
  partition: integer(0),
  transactionalId: text,
  groupId: text,
  matches: (value) => (typeof value === 'function' ? undefined : 'must be a function of the request'),
  action: () => undefined,
};

const SUBJECTS: readonly RequestSubject[] = ['topic', 'partition', 'transactionalId', 'groupId'];

/** What the cluster that is to be disturbed has. */
export interface Disturbable {
  readonly brokers: readonly number[];
  readonly servedApis: ReadonlySet<ApiName>;
}

/**
 * A plan that could never strike as meant is refused at once: a test that waits for it would tell nothing.
 *
 * @throws TypeError naming what to change
 */
export function checkFault(api: ApiName | '*', side: FaultSide, plan: FaultPlan, cluster: Disturbable): void {
  if (api !== '*') checkApi(api, cluster);
  for (const [option, value] of Object.entries(plan)) {
    if (!Object.hasOwn(RULES, option)) {
      throw new TypeError(`a fault has no "${option}"; there are ${Object.keys(RULES).join(', ')}`);
    }
    const problem = value === undefined ? undefined : RULES[option as keyof FaultPlan](value);
    if (problem !== undefined) throw new TypeError(`${option} ${problem}`);
  }
  const problem = actionProblem(side, plan.action) ?? reachProblem(api, plan, cluster) ?? subjectProblem(api, plan);
  if (problem !== undefined) throw new TypeError(problem);
}

/** @throws TypeError when requests of that API never come to a handler */
export function checkApi(api: ApiName, { servedApis }: Disturbable): void {
  if (!Object.hasOwn(apis, api)) {
    throw new TypeError(`no API is called "${api}"; they are '*' for all, ${Object.keys(apis).join(', ')}`);
  }
  if (!servedApis.has(api)) throw new TypeError(`${api} is not served here, a fault on it would never strike`);
}

function reachProblem(api: ApiName | '*', plan: FaultPlan, { brokers }: Disturbable): string | undefined {
  if (plan.broker !== undefined && !brokers.includes(plan.broker)) {
    return `there is no broker ${plan.broker}; there are ${brokers.join(', ')}`;
  }
  if (api === '*') return undefined;
  const { min, max } = apis[api].versions;
  const { apiVersion = min, action } = plan;
  if (apiVersion < min || apiVersion > max) return `${api} has versions ${min} to ${max}, not ${apiVersion}`;
  const isThrottle = typeof action === 'object' && 'throttleMs' in action;
  if (isThrottle && !apis[api].response.fields.some(({ name }) => name === 'throttleTimeMs')) {
    return `a response of ${api} cannot tell a throttle time; delay it instead: { delayMs }`;
  }
  return undefined;
}

function subjectProblem(api: ApiName | '*', plan: FaultPlan): string | undefined {
  const { action } = plan;
  const partial: Readonly<Record<string, unknown>> = typeof action === 'object' ? { ...action } : {};
  for (const subject of SUBJECTS) {
    const wanted = partial[subject] ?? plan[subject];
    if (wanted === undefined) continue;
    const problem = RULES[subject](wanted);
    if (problem !== undefined) return `the action's ${subject} ${problem}`;
    const given = plan[subject];
    if (given !== undefined && given !== wanted) {
      return `the fault is about ${subject} ${given}, its action about ${JSON.stringify(wanted)}: they must be the same`;
    }
    if (api !== '*' && !canSpeakOf(api, subject)) {
      return `a request of ${api} names no ${subject}: narrow the fault by something else, such as matches()`;
    }
  }
  return undefined;
}
