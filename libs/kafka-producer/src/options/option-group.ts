import type { OptionProblem } from '../errors/program.errors.js';
import { OPTION_GROUPS, optionNames, type OptionPath } from './option-groups.js';
import { readOptions } from './read-options.js';
import { unknownOption } from './unknown-option.js';

/**
 * One group of the module's options.
 *
 * @param problems are added to, never thrown
 * @param ignored names that are known elsewhere
 */
export function readGroup<P extends OptionPath>(
  group: P,
  given: unknown,
  problems: OptionProblem[],
  ignored: readonly string[] = [],
): InstanceType<(typeof OPTION_GROUPS)[P]> {
  const options = new OPTION_GROUPS[group]() as InstanceType<(typeof OPTION_GROUPS)[P]>;
  const known = [...optionNames(group), ...ignored];
  const unknown = (name: string): string | undefined => (known.includes(name) ? undefined : unknownOption(group, name));
  return readOptions(options, given, problems, { path: group, unknown });
}
