import { describeValue } from '../errors/describe-value.js';
import { PropagationError } from '../errors/transaction.errors.js';
import type { HeaderValue } from '../record/producer-record.js';
import { lowerCase } from './carried-headers.js';
import type { RequestScopes } from './request-scopes.js';

/** Of `runInScope()`. */
export interface RunInScopeOptions {
  /** The work is one unit, committed before the promise resolves. @defaultValue false */
  readonly transactional?: boolean | undefined;
  /** As if they had come with a request: `propagateHeaders` says which of them records inherit, `defaultHeaders` sees all. @defaultValue none */
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>> | undefined;
}

/** Runs work as a unit of the producer. */
export type RunAsUnit = <T>(work: () => Promise<T>) => Promise<T>;

const OPTIONS: readonly string[] = ['transactional', 'headers'] satisfies (keyof RunInScopeOptions)[];

/**
 * Opens a scope around work and waits for what it emits with `waitFor: 'scope'`; inside a scope that is open already, joins that one.
 *
 * @throws whatever the work throws; else what kept its emits from being delivered
 */
export async function runInScope<T>(
  scopes: RequestScopes,
  asUnit: RunAsUnit,
  work: () => T | Promise<T>,
  options: RunInScopeOptions = {},
): Promise<T> {
  assertCall(work, options);
  const { transactional = false, headers } = options;
  const run: RunAsUnit = transactional ? asUnit : async (each) => each();
  const own = headers === undefined ? undefined : lowerCase(headers);
  const outer = scopes.open();
  if (outer !== undefined) {
    return scopes.run(own === undefined ? outer : outer.with(own), () => run(async () => work()));
  }
  const scope = scopes.begin('runInScope', undefined, own);
  const { emits } = scope;
  try {
    return await scopes.run(scope, () =>
      run(async () => {
        const result = await work();
        await emits.settle(); // inside the unit: what is not staged is not committed
        return result;
      }),
    );
  } catch (error) {
    await emits.settleUnheard();
    throw error;
  } finally {
    emits.close();
  }
}

/** @throws PropagationError for what is no work, or no such option */
function assertCall(work: unknown, options: unknown): void {
  const remedy = 'Pass an async function, then { transactional, headers } or nothing.';
  if (typeof work !== 'function') {
    throw new PropagationError({ reason: `runInScope() was given ${describeValue(work)} instead of work`, remedy });
  }
  if (typeof options !== 'object' || options === null) {
    throw new PropagationError({ reason: `runInScope() was given ${describeValue(options)} as options`, remedy });
  }
  const { transactional, headers } = options as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw new PropagationError({ reason: `runInScope() has no option '${unknown}'`, remedy });
  if (transactional !== undefined && typeof transactional !== 'boolean') {
    throw new PropagationError({ reason: `runInScope() has transactional: ${describeValue(transactional)}`, remedy });
  }
  if (headers !== undefined && (typeof headers !== 'object' || headers === null || Symbol.iterator in headers)) {
    throw new PropagationError({
      reason: `runInScope() was given ${describeValue(headers)} as headers`,
      remedy: 'Pass a plain object of names and values.',
    });
  }
}
