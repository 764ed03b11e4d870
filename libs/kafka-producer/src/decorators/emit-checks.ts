import { describeValue } from '../errors/describe-value.js';
import { OBSERVABLE_REMEDY, returnsObservable } from './return-type.js';

/** Why an `@Emit` is refused, and what to do. */
export interface EmitProblem {
  readonly reason: string;
  readonly remedy: string;
}

/** What keeps this `@Emit` from ever working, as far as that shows while the class is defined. */
export function emitProblem(
  target: unknown,
  options: unknown,
  prototype: object,
  method: string | symbol,
): EmitProblem | undefined {
  if (returnsObservable(prototype, method)) return { reason: 'it returns an Observable', remedy: OBSERVABLE_REMEDY };
  return targetProblem(target) ?? optionsProblem(target, options);
}

function targetProblem(target: unknown): EmitProblem | undefined {
  if (target === undefined || target === null) {
    return {
      reason: `@Emit got ${String(target)} instead of a contract`,
      remedy: 'Most often two files import each other: move the contract into a file that imports neither.',
    };
  }
  if (typeof target === 'string' && target !== '') return undefined;
  if (typeof target === 'function' && typeof (target as { topic?: unknown }).topic === 'string') return undefined;
  return {
    reason: '@Emit got neither a contract nor the name of a topic',
    remedy: 'Pass what defineTopic() returned.',
  };
}

interface Kind {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const FUNCTION: Kind = {
  expected: 'a function of the result and the arguments',
  accepts: (value) => typeof value === 'function',
};

const COMMON: Readonly<Record<string, Kind>> = {
  when: FUNCTION,
  headers: FUNCTION,
  partition: {
    expected: 'a whole number from 0, or a function that returns one',
    accepts: (value) => typeof value === 'function' || (Number.isInteger(value) && (value as number) >= 0),
  },
  timestamp: FUNCTION,
  waitFor: {
    expected: "'ack', 'accepted' or 'scope'",
    accepts: (value) => value === 'ack' || value === 'accepted' || value === 'scope',
  },
  producer: {
    expected: 'the name of a module, a string that is not empty',
    accepts: (value) => typeof value === 'string' && value.trim() !== '',
  },
  each: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
};

/** Every option that has an effect, and what it must be; all others are refused. */
const OF_CONTRACT: Readonly<Record<string, Kind>> = { ...COMMON, payload: FUNCTION };
const OF_TOPIC: Readonly<Record<string, Kind>> = { ...COMMON, value: FUNCTION, key: FUNCTION };

function optionsProblem(target: unknown, options: unknown): EmitProblem | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const reason = `its @Emit got ${describeValue(options)} instead of options`;
    return { reason, remedy: 'Pass an object, or leave it out.' };
  }
  const kinds = typeof target === 'string' ? OF_TOPIC : OF_CONTRACT;
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const remedy = `Use one of: ${Object.keys(kinds).join(', ')}.`;
      return { reason: `its @Emit has '${name}', which has no effect`, remedy };
    }
    if (kind.accepts(value)) continue;
    return { reason: `its @Emit has ${name}: ${describeValue(value)}`, remedy: `Make ${name} ${kind.expected}.` };
  }
  return undefined;
}
