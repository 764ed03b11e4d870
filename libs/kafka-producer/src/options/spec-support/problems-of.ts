import { expect } from 'vitest';

import type { InvalidOptionsError } from '../../errors/program.errors.js';
import { resolveOptions } from '../resolve-options.js';

/** What the options are refused for, by path. Fails when they are accepted. */
export async function problemsOf(options: unknown): Promise<Record<string, string>> {
  const error = await resolveOptions(options).then(
    () => {
      throw new Error('the options were accepted');
    },
    (reason: unknown) => reason as InvalidOptionsError,
  );
  expect(error).toMatchObject({ code: 'KAFKA_PRODUCER_INVALID_OPTIONS' });
  return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]));
}
