/** What a record of a consumed topic says of itself: everything its outputs are checked by. */
export interface PipelineInput {
  readonly key: string;
  /** Place among those of its key, from 1. */
  readonly sequence: number;
  /** No handler ever gets through with it. */
  readonly isPoisoned: boolean;
}

const POISON = 'poison';

/** The value of a record, which its output and its dead letter have too. It never repeats. */
export function inputValue({ key, sequence, isPoisoned }: PipelineInput): string {
  return `${key} ${sequence}${isPoisoned ? ` ${POISON}` : ''}`;
}

/** @param value of a record as `inputValue()` makes it */
export function inputOf(value: string): PipelineInput {
  const [key = '', sequence, poison] = value.split(' ');
  return { key, sequence: Number(sequence), isPoisoned: poison === POISON };
}
