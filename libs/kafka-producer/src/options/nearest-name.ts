/**
 * The known name somebody probably meant.
 *
 * Spelling aside ('linger.ms', 'LINGER_MS'), one name may be the beginning of the other ('batchSize'), or differ in up to a third of its letters.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const wanted = letters(given);
  const beginning = known.find(
    (name) => wanted.length >= 4 && (letters(name).startsWith(wanted) || wanted.startsWith(letters(name))),
  );
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(wanted, letters(name));
    if (distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  if (best?.distance === 0) return best.name;
  return beginning ?? (best !== undefined && best.distance <= Math.max(1, wanted.length / 3) ? best.name : undefined);
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
