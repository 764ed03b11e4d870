import { nearestName, sameName } from './nearest-name.js';
import { OPTION_GROUPS, optionNames, optionPath, type OptionPath } from './option-groups.js';
import { REFUSED_OPTIONS } from './refused-options.js';

/**
 * What to tell about a name the group does not have: why it is refused, where it belongs, or what was probably meant.
 *
 * A name that some group has, or refuses, is taken for that one before anything that only resembles it.
 */
export function unknownOption(group: OptionPath, name: string): string {
  const groups = [group, ...(Object.keys(OPTION_GROUPS) as OptionPath[]).filter((other) => other !== group)];
  const exact = firstOf(groups, (where) => exactly(group, where, name));
  if (exact !== undefined) return exact;
  const near = firstOf(groups, (where) => {
    const found = nearestName(name, optionNames(where));
    return found === undefined ? undefined : didYouMean(where, found);
  });
  return near ?? `is not an option (known: ${optionNames(group).join(', ')})`;
}

function exactly(group: OptionPath, where: OptionPath, name: string): string | undefined {
  const known = sameName(name, optionNames(where));
  if (known !== undefined) return didYouMean(where, known);
  const refused = sameName(name, Object.keys(REFUSED_OPTIONS[where]));
  if (refused === undefined) return undefined;
  const reason = REFUSED_OPTIONS[where][refused]!;
  return where === group ? reason : `is not an option here; '${optionPath(where, refused)}' ${reason}`;
}

function didYouMean(group: OptionPath, name: string): string {
  return `is not an option; did you mean '${optionPath(group, name)}'?`;
}

function firstOf<T>(groups: readonly OptionPath[], find: (group: OptionPath) => T | undefined): T | undefined {
  for (const group of groups) {
    const found = find(group);
    if (found !== undefined) return found;
  }
  return undefined;
}
