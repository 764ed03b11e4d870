import { describe, expect, it } from 'vitest';

import type { OptionProblem } from '../../errors/program.errors.js';
import { readRedelivery, RedeliveryOptions } from './redelivery.options.js';

function problemsOf(given: unknown): OptionProblem[] {
  const problems: OptionProblem[] = [];
  readRedelivery(given, problems);
  return problems;
}

describe('the options of redelivery', () => {
  it('have defaults, which an explicit undefined means too', () => {
    const problems: OptionProblem[] = [];
    const options = readRedelivery({ backoffMs: undefined, maxAttempts: 3 }, problems);
    expect(problems).toEqual([]);
    expect(options).toEqual(Object.assign({}, new RedeliveryOptions(), { maxAttempts: 3 }));
    expect(Object.isFrozen(options)).toBe(true);
    expect(readRedelivery(undefined, problems)).toEqual(Object.assign({}, new RedeliveryOptions()));
  });

  it.each([
    [{ maxAttempts: 0 }, 'maxAttempts', 'must be a whole number from 1 to 2147483647, got 0'],
    [{ backoffMs: 0 }, 'backoffMs', 'must be a whole number of milliseconds from 1 to 2147483647, got 0'],
    [{ backoffMs: 500, backoffMaxMs: 400 }, 'backoffMaxMs', 'must be at least backoffMs (500), got 400'],
    [{ deadLetterTopic: '' }, 'deadLetterTopic', "must be a string that is not empty, got ''"],
    [{ maxAttempt: 3 }, 'maxAttempt', "is not an option; did you mean 'redelivery.maxAttempts'?"],
    [{ xyz: 3 }, 'xyz', 'is not an option (known: backoffMs, backoffMaxMs, maxAttempts, deadLetterTopic)'],
  ])('%j has a problem', (given, name, message) => {
    expect(problemsOf(given)).toEqual([{ path: `redelivery.${name}`, message }]);
  });

  it('tell all problems at once, and no combination of wrong values', () => {
    expect(problemsOf({ backoffMs: -1, backoffMaxMs: 'long', maxAttempts: 1.5 }).map(({ path }) => path)).toEqual([
      'redelivery.backoffMs',
      'redelivery.backoffMaxMs',
      'redelivery.maxAttempts',
    ]);
    expect(problemsOf('often')).toEqual([{ path: 'redelivery', message: "must be an object, got 'often'" }]);
  });
});
