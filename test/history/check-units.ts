/** What a unit's caller was told. `failed`: by its own work; `unsettled`: the caller died before it was told anything. */
export type UnitTold = 'committed' | 'aborted' | 'failed' | 'unknown' | 'unsettled';

export interface CheckedUnit {
  readonly name: string;
  readonly told: UnitTold | undefined;
  /** Of each of its records something that tells it from the others, or the place it went to. */
  readonly parts: readonly string[];
}

/** A record that a `read_committed` consumer was given. */
export interface SeenPart {
  readonly name: string;
  readonly part: string;
}

const MAY_BE_WHOLE: ReadonlySet<UnitTold | undefined> = new Set(['committed', 'unknown', 'unsettled']);
const MAY_BE_NOWHERE: ReadonlySet<UnitTold | undefined> = new Set(['aborted', 'failed', 'unknown', 'unsettled']);

/**
 * What `read_committed` consumers must never see of units of work, whoever runs them:
 *
 * torn: a part of a unit · doubled: a record of it twice · lost: told that it was committed, and it is nowhere · undead: told that it was not, and it is
 * there · unheard of: nobody has sent it.
 *
 * @returns one line each, empty when all is well
 */
export function unitViolations(units: readonly CheckedUnit[], seen: Iterable<SeenPart>): string[] {
  const partsOf = new Map<string, string[]>();
  for (const { name, part } of seen) {
    const parts = partsOf.get(name);
    if (parts === undefined) partsOf.set(name, [part]);
    else parts.push(part);
  }
  const problems: string[] = [];
  for (const unit of units) {
    const there = partsOf.get(unit.name) ?? [];
    partsOf.delete(unit.name);
    const kind = violation(unit, there);
    if (kind === undefined) continue;
    problems.push(
      `${kind}: ${unit.name} is ${unit.told}, sent ${sorted(unit.parts)} and is seen as ${sorted(there) || 'nothing'}`,
    );
  }
  for (const [name, parts] of partsOf) problems.push(`unheard of: ${name}, seen as ${sorted(parts)}`);
  return problems;
}

function violation({ told, parts }: CheckedUnit, there: readonly string[]): string | undefined {
  if (there.length === 0) return MAY_BE_NOWHERE.has(told) || parts.length === 0 ? undefined : 'lost';
  const missing = [...parts];
  for (const part of there) {
    const at = missing.indexOf(part);
    if (at < 0) return 'doubled';
    missing.splice(at, 1);
  }
  if (missing.length > 0) return 'torn';
  return MAY_BE_WHOLE.has(told) ? undefined : 'undead';
}

function sorted(parts: readonly string[]): string {
  return parts.toSorted().join();
}
