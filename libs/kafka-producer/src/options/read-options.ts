import { validateSync } from 'class-validator';

import { describeValue } from '../errors/describe-value.js';
import type { OptionProblem } from '../errors/program.errors.js';

/** How a group of options is read. */
export interface ReadOptions {
  /** Where it stands, as it is written: `producer`. Empty at the top level. */
  readonly path: string;
  /** What to tell about a name the group does not have; `undefined`: it is known elsewhere. */
  readonly unknown: (name: string) => string | undefined;
}

/**
 * Overwrites the defaults of a group with what was given and is not `undefined`.
 *
 * Problems are added, never thrown, so that all of them can be told at once. What was given is only read: known names by property access, because a
 * settings class may have them as getters; unknown ones are those of its own.
 *
 * @param options new, with the defaults: an instance of the class whose decorators are the rules
 */
export function readOptions<T extends object>(
  options: T,
  given: unknown,
  problems: OptionProblem[],
  { path, unknown }: ReadOptions,
): T {
  if (given === undefined) return options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push({ path: path === '' ? 'options' : path, message: `must be an object, got ${describeValue(given)}` });
    return options;
  }
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const known = Object.keys(options);
  for (const name of known) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) Object.assign(options, { [name]: value });
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined || known.includes(name)) continue;
    const message = unknown(name);
    if (message !== undefined) problems.push({ path: at(name), message });
  }
  for (const { property, constraints } of validateSync(options, { stopAtFirstError: true })) {
    for (const message of Object.values(constraints ?? {})) problems.push({ path: at(property), message });
  }
  return options;
}
