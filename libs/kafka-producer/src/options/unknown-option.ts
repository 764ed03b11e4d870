import { nearestName } from './nearest-name.js';
import { OPTION_GROUPS, optionNames, optionPath, type OptionPath } from './option-groups.js';
import { REFUSED_OPTIONS } from './refused-options.js';

/** What to tell about a name the group does not have: why it is refused, where it belongs, or what was probably meant. */
export function unknownOption(group: OptionPath, name: string): string {
  const refusals = REFUSED_OPTIONS[group];
  if (Object.hasOwn(refusals, name)) return refusals[name]!;
  const meant = nearestIn(group, name) ?? groupWith(name);
  return meant === undefined
    ? `is not an option (known: ${optionNames(group).join(', ')})`
    : `is not an option; did you mean '${meant}'?`;
}

function nearestIn(group: OptionPath, name: string): string | undefined {
  const near = nearestName(name, optionNames(group));
  return near === undefined ? undefined : optionPath(group, near);
}

function groupWith(name: string): string | undefined {
  const groups = Object.keys(OPTION_GROUPS) as OptionPath[];
  const group = groups.find((candidate) => optionNames(candidate).includes(name));
  return group === undefined ? undefined : optionPath(group, name);
}
