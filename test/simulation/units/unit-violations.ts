import { ZOMBIE } from './simulated-consumer.js';
import type { SimulatedUnit } from './simulated-unit.js';
import type { UnitLog } from './unit-log.js';

/** Keys (partitions, groups) that did not answer, and since when their units waited apart from the others. */
export interface SetApart {
  readonly keys: readonly string[];
  readonly atMs: number;
}

/** What was said of units whose outcome had been unknown, by the error that said so. */
export type SettledLate = ReadonlyMap<unknown, string>;

/** Torn, doubled, told wrong, or to blame for nothing. */
export function tellingViolations(units: readonly SimulatedUnit[], log: UnitLog, late: SettledLate): string[] {
  const problems: string[] = [];
  for (const unit of units) {
    const { name, told, records, reason, isBad } = unit;
    const places = log.placesOf(name).toSorted().join();
    const whole = records.toSorted().join();
    const isWhole = places === whole;
    const isNowhere = places === '';
    const verdict = told === 'unknown' ? (late.get(unit.error) ?? 'unknown') : told;
    const isRight = verdict === 'committed' ? isWhole : verdict === 'unknown' ? isWhole || isNowhere : isNowhere;
    const said = verdict === told ? `${told}` : `${told}, then ${verdict}`;
    if (!isRight && records.length > 0)
      problems.push(`${name} is ${said}, sent ${whole} and is seen in ${places || 'nothing'}`);
    if (told === undefined) problems.push(`${name} was told nothing`);
    if (told === 'aborted' && reason === 'rejected' && !isBad && !name.includes(ZOMBIE))
      problems.push(`${name} is aborted as rejected, and there is nothing in it to reject: ${String(unit.error)}`);
  }
  return problems;
}

/**
 * Per partition units appear in the order in which their work ended. Not those that had to wait: for something else that did not answer, or for units before
 * them in a chain of offsets.
 */
export function orderViolations(units: readonly SimulatedUnit[], log: UnitLog, apart: readonly SetApart[]): string[] {
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  const problems: string[] = [];
  for (const [place, names] of log.partitions) {
    let latest: SimulatedUnit | undefined;
    for (const name of new Set(names)) {
      const unit = byName.get(name);
      if (unit === undefined || !mayBeOvertaken(unit)) continue;
      const isLate = latest !== undefined && unit.ended!.order < latest.ended!.order;
      if (!isLate) latest = unit;
      else if (!waitedForAnother(unit, place, apart))
        problems.push(`${name} comes after ${latest!.name} in ${place}, and its work had ended before`);
    }
  }
  return problems;
}

function mayBeOvertaken({ ended, consumer, isStreaming }: SimulatedUnit): boolean {
  return ended !== undefined && consumer === undefined && !isStreaming;
}

function waitedForAnother(
  { records, ended, toldAtMs }: SimulatedUnit,
  place: string,
  apart: readonly SetApart[],
): boolean {
  const others = records.filter((each) => each !== place);
  return apart.some(
    ({ keys, atMs }) => atMs <= toldAtMs && atMs >= ended!.atMs - 60_000 && others.some((each) => keys.includes(each)),
  );
}
