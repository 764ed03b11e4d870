/** Kafka's notation: `'3'`, `'3+'`, `'0-12'`. */
export type Versions = `${number}` | `${number}+` | `${number}-${number}`;

export interface VersionRange {
  readonly min: number;
  /** Infinity for an open end. */
  readonly max: number;
}

export const NO_VERSIONS: VersionRange = { min: Infinity, max: -Infinity };

export function parseVersions(versions: Versions | 'none'): VersionRange {
  if (versions === 'none') return NO_VERSIONS;
  if (versions.endsWith('+')) return { min: Number(versions.slice(0, -1)), max: Infinity };
  const [min, max = min] = versions.split('-');
  return { min: Number(min), max: Number(max) };
}

export function includesVersion(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}
