import { describeValue } from '../errors/describe-value.js';
import { PropagationError } from '../errors/transaction.errors.js';
import { PROPAGATION_STEPS, type Propagation } from './propagation/propagation.js';

/** Of one call of `transaction()`, or of a method with `@Transactional()`. */
export interface TransactionalOptions {
  /** @defaultValue 'required' */
  readonly propagation?: Propagation | undefined;
  /** Milliseconds; of a unit that this call starts. @defaultValue `transactions.timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /** Aborts the unit this call starts, while its work runs and while it waits for a group. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Of a unit that this call starts. `'streaming'`: records flow to the broker while the work runs, under a transactional producer of its own.
   *
   * @defaultValue 'staged'
   */
  readonly mode?: 'staged' | 'streaming' | undefined;
  /** Errors of these classes leave the unit to be committed; they are thrown on all the same. */
  readonly noRollbackFor?: readonly (abstract new (...args: never[]) => unknown)[] | undefined;
}

const MAX_TIMEOUT_MS = 2_147_483_647;

type Check = (value: unknown) => string | undefined;

const CHECKS: Readonly<Record<keyof TransactionalOptions, Check>> = {
  propagation: (value) =>
    typeof value === 'string' && Object.hasOwn(PROPAGATION_STEPS, value)
      ? undefined
      : `one of ${Object.keys(PROPAGATION_STEPS).join(', ')}`,
  timeoutMs: (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_TIMEOUT_MS
      ? undefined
      : `a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  mode: (value) => (value === 'staged' || value === 'streaming' ? undefined : "'staged' or 'streaming'"),
  noRollbackFor: (value) =>
    Array.isArray(value) && value.every((each) => typeof each === 'function') ? undefined : 'an array of error classes',
};

/**
 * @param beside names in the same object that are read elsewhere
 * @returns what is wrong with them, as a clause; `undefined` when nothing is
 */
export function transactionalProblem(options: unknown, beside: readonly string[] = []): string | undefined {
  if (typeof options !== 'object' || options === null)
    return `its options are ${describeValue(options)}, not an object`;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || beside.includes(name)) continue;
    if (!Object.hasOwn(CHECKS, name)) return `'${name}' is none of its options: ${Object.keys(CHECKS).join(', ')}`;
    const expected = CHECKS[name as keyof TransactionalOptions](value);
    if (expected !== undefined) return `its ${name} must be ${expected}, got ${describeValue(value)}`;
  }
  return undefined;
}

/** @throws PropagationError */
export function assertTransactionalOptions(operation: string, options: unknown): void {
  const problem = transactionalProblem(options);
  if (problem === undefined) return;
  throw new PropagationError({
    reason: `${operation} cannot be called like this: ${problem}`,
    remedy: 'Correct the call.',
  });
}
