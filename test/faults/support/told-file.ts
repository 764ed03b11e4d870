import { readFile } from 'node:fs/promises';

import type { CheckedUnit, SeenPart, UnitTold } from '../../history/check-units.js';
import { unitSize, wholeUnit } from '../../history/unit-record.js';

/** `fenced` by another process: then nothing of the unit was committed. */
const OUTCOMES: Readonly<Record<string, UnitTold>> = {
  committed: 'committed',
  aborted: 'aborted',
  unknown: 'unknown',
  fenced: 'aborted',
};

export interface ToldUnit extends CheckedUnit {
  readonly outcome: string;
  readonly detail: string;
}

/** What the units of a `committing-units` process were told, in that order. */
export async function toldIn(file: string): Promise<ToldUnit[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [, outcome = '', name = '', size = '', detail = ''] = /^(\S+) (\S+) (\d+) ?(.*)$/.exec(line) ?? [];
    return { name, told: OUTCOMES[outcome], parts: wholeUnit(Number(size)), outcome, detail };
  });
}

/** Units of which there are records, and of which no caller was told. */
export function untoldIn(seen: readonly SeenPart[], told: readonly CheckedUnit[]): CheckedUnit[] {
  const known = new Set(told.map(({ name }) => name));
  const sizes = new Map(seen.filter(({ name }) => !known.has(name)).map(({ name, part }) => [name, unitSize(part)]));
  return Array.from(sizes, ([name, size]) => ({ name, told: 'unsettled', parts: wholeUnit(size) }));
}
