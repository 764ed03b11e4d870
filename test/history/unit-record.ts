import type { SeenPart } from './check-units.js';

/** The value of a record that says which part of which unit it is, so that a reader needs nobody to tell a torn one. @param index from 1 */
export function unitValue(name: string, index: number, size: number): string {
  return `${name} ${index}/${size}`;
}

/** @param value of a record as `unitValue()` makes it */
export function partOf(value: string): SeenPart {
  const [name = '', part = ''] = value.split(' ');
  return { name, part };
}

/** The parts of a unit of so many records. */
export function wholeUnit(size: number): string[] {
  return Array.from({ length: size }, (_, index) => `${index + 1}/${size}`);
}

/** How many records the unit has that this part is of. */
export function unitSize(part: string): number {
  return Number(part.split('/')[1]);
}
