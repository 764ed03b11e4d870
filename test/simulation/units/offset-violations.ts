import type { SeenOffsets } from './offset-watch.js';
import type { ConsumedRange, SimulatedUnit } from './simulated-unit.js';
import type { UnitLog } from './unit-log.js';
import type { SettledLate } from './unit-violations.js';

interface Consumed extends ConsumedRange {
  readonly unit: SimulatedUnit;
}

/**
 * Every message is consumed by exactly one committed unit, in the order of the offsets, and what is committed for the group is where the last of them ended: at
 * the end, and whenever somebody looked.
 */
export function offsetViolations(
  units: readonly SimulatedUnit[],
  log: UnitLog,
  late: SettledLate,
  seen: readonly SeenOffsets[],
): string[] {
  const problems: string[] = [];
  for (const [key, consumed] of byPartition(units)) {
    const [groupId, partition] = JSON.parse(key) as [string, number];
    const where = `offsets of ${groupId}, partition ${partition}`;
    if (consumed.some(({ unit }) => isUndecided(unit, log, late))) continue;
    const looks = seen.filter((look) => look.groupId === groupId);
    const at = (look: SeenOffsets): number => look.offsets[partition] ?? 0;
    const ends = chainOfCommitted(consumed, log, late, where, problems);
    looks.forEach((look, index) => {
      const before = looks[index - 1];
      if (before !== undefined && at(look) < at(before))
        problems.push(`${where}: went back from ${at(before)} to ${at(look)}`);
      if (!ends.has(at(look))) problems.push(`${where}: ${at(look)} was seen, and no committed unit ended there`);
      for (const { unit, to, from } of consumed) {
        if (unit.told === 'committed' && unit.toldAtMs < look.askedAtMs && at(look) < to)
          problems.push(`${where}: ${at(look)} was seen after ${unit.name}, [${from}, ${to}), was told committed`);
      }
    });
    const last = looks.at(-1);
    const end = Math.max(...ends);
    if (last === undefined || at(last) !== end)
      problems.push(`${where}: in the end ${last && at(last)} is committed, and committed units consumed up to ${end}`);
  }
  return problems;
}

/** Who fails with its predecessor has one that failed. */
export function chainViolations(units: readonly SimulatedUnit[]): string[] {
  const problems: string[] = [];
  const haveFailed = new Set<string>();
  for (const { name, told, reason, consumer = name } of units) {
    if (reason === 'predecessor-failed' && !haveFailed.has(consumer))
      problems.push(`${name} is aborted because of a unit before it, and none of ${consumer} has failed`);
    if (told !== 'committed') haveFailed.add(consumer);
  }
  return problems;
}

/** @returns where committed units ended, and 0 */
function chainOfCommitted(
  consumed: readonly Consumed[],
  log: UnitLog,
  late: SettledLate,
  where: string,
  problems: string[],
): Set<number> {
  const committed = consumed.filter(({ unit }) => isCommitted(unit, log, late)).toSorted((a, b) => a.from - b.from);
  const ends = new Set([0]);
  let end = 0;
  let last = 'the beginning';
  for (const { unit, from, to } of committed) {
    const told = unit.told ?? 'nothing';
    if (from > end)
      problems.push(
        `${where}: ${unit.name} (${told}) commits [${from}, ${to}) and skips ${end} to ${from - 1} after ${last}`,
      );
    if (from < end)
      problems.push(
        `${where}: ${unit.name} (${told}) commits [${from}, ${to}) once more, ${last} had committed up to ${end - 1}`,
      );
    end = Math.max(end, to);
    last = unit.name;
    ends.add(to);
  }
  return ends;
}

function isCommitted(unit: SimulatedUnit, log: UnitLog, late: SettledLate): boolean {
  const told = unit.told === 'unknown' ? late.get(unit.error) : unit.told;
  return told === 'committed' || log.placesOf(unit.name).length > 0;
}

/** It left no trace but the offsets, and nobody ever learned what became of it. */
function isUndecided({ name, told, error }: SimulatedUnit, log: UnitLog, late: SettledLate): boolean {
  return told === 'unknown' && (late.get(error) ?? 'unknown') === 'unknown' && log.placesOf(name).length === 0;
}

function byPartition(units: readonly SimulatedUnit[]): Map<string, Consumed[]> {
  const partitions = new Map<string, Consumed[]>();
  for (const unit of units) {
    for (const range of unit.consumed) {
      const key = JSON.stringify([range.groupId, range.partition]);
      const consumed = partitions.get(key);
      if (consumed === undefined) partitions.set(key, [{ ...range, unit }]);
      else consumed.push({ ...range, unit });
    }
  }
  return partitions;
}
