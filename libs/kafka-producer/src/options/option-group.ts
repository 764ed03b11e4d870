import { validateSync } from 'class-validator';

import { describeValue } from '../errors/describe-value.js';
import type { OptionProblem } from '../errors/program.errors.js';
import { OPTION_GROUPS, optionNames, optionPath, type OptionPath } from './option-groups.js';
import { unknownOption } from './unknown-option.js';

/**
 * One group of options: the class's defaults, overwritten by what was given and is not `undefined`.
 *
 * Problems are added, never thrown, so that all of them can be told at once. What was given is only read: known names by property access, because a
 * settings class may have them as getters; unknown ones are those of its own.
 *
 * @param ignored names that are known elsewhere
 */
export function readGroup<P extends OptionPath>(
  group: P,
  given: unknown,
  problems: OptionProblem[],
  ignored: readonly string[] = [],
): InstanceType<(typeof OPTION_GROUPS)[P]> {
  const options = new OPTION_GROUPS[group]() as InstanceType<(typeof OPTION_GROUPS)[P]>;
  if (given === undefined) return options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push({
      path: group === '' ? 'options' : group,
      message: `must be an object, got ${describeValue(given)}`,
    });
    return options;
  }
  const known = optionNames(group);
  for (const name of Object.keys(options)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) Object.assign(options, { [name]: value });
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined || known.includes(name) || ignored.includes(name)) continue;
    problems.push({ path: optionPath(group, name), message: unknownOption(group, name) });
  }
  for (const { property, constraints } of validateSync(options, { stopAtFirstError: true })) {
    for (const message of Object.values(constraints ?? {})) {
      problems.push({ path: optionPath(group, property), message });
    }
  }
  return options;
}
