/** One exact piece of a source of the producer, and what stands there instead. */
export interface Replacement {
  /** Below the producer's `src/`. */
  readonly file: string;
  /** Must be there exactly once, or the mutant is out of date. */
  readonly from: string;
  readonly to: string;
}

export type Mutant = readonly Replacement[];

/** The source as the mutant has it. @throws Error when the piece to replace is not there exactly once */
export function mutated(name: string, mutant: Mutant, file: string, source: string): string {
  let text = source;
  for (const { from, to } of mutant.filter((replacement) => replacement.file === file)) {
    const parts = text.split(from);
    if (parts.length !== 2) {
      throw new Error(`mutant "${name}": found ${parts.length - 1} times in ${file}, not once:\n${from}`);
    }
    text = parts.join(to);
  }
  return text;
}
