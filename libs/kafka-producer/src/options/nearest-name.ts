/**
 * The known name somebody probably meant: the nearest of those that are spelled alike.
 *
 * Alike is a name that is the beginning of the other ('batchSize'), else one that differs in up to a third of its letters.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const wanted = letters(given);
  const candidates = known.map((name) => ({ name, distance: editDistance(wanted, letters(name)) }));
  const nearest = candidates.toSorted((a, b) => a.distance - b.distance);
  const isLikely = ({ distance }: { distance: number }): boolean => distance <= Math.max(1, wanted.length / 3);
  return (nearest.find(({ name }) => isBeginning(wanted, letters(name))) ?? nearest.find(isLikely))?.name;
}

/** The known name that only differs in its spelling: 'linger.ms', 'LINGER_MS'. */
export function sameName(given: string, known: readonly string[]): string | undefined {
  return known.find((name) => letters(name) === letters(given));
}

/** Short names are the beginning of too much. */
function isBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a));
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Levenshtein, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
