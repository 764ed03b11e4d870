import { errorCode, errorCodes, type ErrorName } from 'kafka-wire';
import type { TopicScope } from './topic-entries.js';

/** Whether a fault strikes before a request is served or after. */
export type FaultSide = 'request' | 'response';

/**
 * What happens to a request before it is served, or to its response after.
 *
 * - `'drop'`: nothing more is heard of it; the connection stays up and goes on.
 * - `'cut'`: the connection is destroyed.
 * - `'hold'`: it waits for `fault.release()`, and everything behind it on its connection too. A request that is held outlives its connection:
 *   released, it is served although its client has gone, and what the client had sent behind it comes after it.
 * - `'black-hole'`: its connection stays open, and nothing on it is read or answered until `fault.release()`.
 * - `{ delayMs }`: it waits, and everything behind it on its connection too. A request whose client leaves meanwhile is lost, unless
 *   `evenIfDisconnected`: then it arrives late, as if held and released.
 * - `{ errorCode }`: Kafka's name or number. On a request: refused without being applied; on a response: applied, and reported as failed. With a topic
 *   or partition only that part of the request is concerned, the rest is served.
 * - `{ throttleMs }`: a response tells the client to wait that long, and until then nothing more is read from the connection (KIP-219). Of a fetch it
 *   is empty, as from a broker over its quota.
 * - `{ fragmentBytes, everyMs }`: a response arrives in pieces of so many bytes, one each millisecond or so many.
 * - `{ bytesPerSecond }`: a response arrives as over a slow line.
 */
export type FaultAction =
  | 'drop'
  | 'cut'
  | 'hold'
  | 'black-hole'
  | { readonly delayMs: number; readonly evenIfDisconnected?: boolean }
  | ({ readonly errorCode: number | ErrorName } & TopicScope)
  | { readonly throttleMs: number }
  | { readonly fragmentBytes: number; readonly everyMs?: number }
  | { readonly bytesPerSecond: number };

interface ActionRule {
  readonly isRight: (value: unknown) => boolean;
  readonly expected: string;
  /** What may stand beside it. */
  readonly options: readonly string[];
  readonly only?: FaultSide;
}

const atLeast = (min: number) => (value: unknown) => Number.isInteger(value) && (value as number) >= min;

const NAMED: ReadonlySet<unknown> = new Set(['drop', 'cut', 'hold', 'black-hole']);

const RULES: Readonly<Record<string, ActionRule>> = {
  delayMs: { isRight: atLeast(0), expected: 'an integer of at least 0', options: ['evenIfDisconnected'] },
  errorCode: { isRight: isErrorCode, expected: "one of Kafka's error codes or names", options: ['topic', 'partition'] },
  throttleMs: { isRight: atLeast(1), expected: 'an integer of at least 1', options: [], only: 'response' },
  fragmentBytes: { isRight: atLeast(1), expected: 'an integer of at least 1', options: ['everyMs'], only: 'response' },
  bytesPerSecond: { isRight: atLeast(1), expected: 'an integer of at least 1', options: [], only: 'response' },
};

const ALL =
  "'drop', 'cut', 'hold', 'black-hole', { delayMs, evenIfDisconnected }, { errorCode, topic, partition }, { throttleMs }, { fragmentBytes, everyMs } or { bytesPerSecond }";

/** What is wrong with an action, undefined when it can do what it says. */
export function actionProblem(side: FaultSide, action: unknown): string | undefined {
  if (NAMED.has(action)) return undefined;
  const given = typeof action === 'object' && action !== null ? action : {};
  const key = Object.keys(RULES).find((name) => Object.hasOwn(given, name));
  const rule = key === undefined ? undefined : RULES[key];
  if (key === undefined || rule === undefined) return `a fault's action is ${ALL}, not ${JSON.stringify(action)}`;
  const values = given as Readonly<Record<string, unknown>>;
  if (!rule.isRight(values[key])) {
    return `the action's ${key} must be ${rule.expected}, not ${JSON.stringify(values[key])}`;
  }
  const strange = Object.keys(given).find((name) => name !== key && !rule.options.includes(name));
  if (strange !== undefined) {
    return `the action { ${key} } has no ${strange}; an action does one thing, for two set two faults`;
  }
  if (rule.only !== undefined && rule.only !== side) return `{ ${key} } is about a response: set it with onResponse`;
  if (values['everyMs'] !== undefined && !atLeast(0)(values['everyMs'])) {
    return `the action's everyMs must be an integer of at least 0, not ${JSON.stringify(values['everyMs'])}`;
  }
  if (values['evenIfDisconnected'] !== undefined && side === 'response') {
    return 'a response cannot be delayed evenIfDisconnected, nobody would be there to read it: set it with onRequest';
  }
  return undefined;
}

/** Whether the action has nothing to do where the protocol answers nothing (acks 0). */
export function needsAnswer(action: FaultAction): boolean {
  if (typeof action === 'string') return action === 'drop' || action === 'hold';
  return 'delayMs' in action || 'fragmentBytes' in action || 'bytesPerSecond' in action;
}

export function faultErrorCode(code: number | ErrorName): number {
  return typeof code === 'number' ? code : errorCode(code);
}

function isErrorCode(code: unknown): boolean {
  try {
    return Object.hasOwn(errorCodes, faultErrorCode(code as number | ErrorName));
  } catch {
    return false;
  }
}
