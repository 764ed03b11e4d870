import { inputOf } from './pipeline-record.js';
import type { LoggedRecord } from './sent-record.js';

/** What must not be in the topics of an exactly-once pipeline. */
export type PipelineViolationKind =
  | 'missing'
  | 'doubled'
  | 'unheard of'
  | 'out of order'
  | 'poison let through'
  | 'dead without a cause'
  | 'skipped'
  | 'not committed';

export interface PipelineViolation {
  readonly kind: PipelineViolationKind;
  readonly text: string;
}

/** What committed readers find when all is done, each partition in the order of its offsets. */
export interface PipelineLogs {
  readonly inputs: readonly LoggedRecord[];
  readonly outputs: readonly LoggedRecord[];
  readonly deadLetters: readonly LoggedRecord[];
}

/**
 * Holds what came out of a pipeline against what went in.
 *
 * Missing: neither an output nor a dead letter. Doubled: more than one of them in all. Unheard of: of no input. Out of order: behind the output of a later input of the
 * same key, or in another partition than one of the same key; first appearances count, a second one is doubled. Poison let through: an output of what no handler gets
 * through with. Dead without a cause: a dead letter of what every handler gets through with.
 */
export function checkPipeline({ inputs, outputs, deadLetters }: PipelineLogs): PipelineViolation[] {
  const sources = new Map(inputs.map((input) => [input.value, input]));
  const places = new Map<string, string[]>();
  const found: PipelineViolation[] = [];
  const note = (kind: PipelineViolationKind, text: string): void => void found.push({ kind, text });
  for (const [what, log] of [
    ['output', outputs],
    ['dead letter', deadLetters],
  ] as const) {
    for (const record of log) {
      const place = `${what} ${placeOf(record)}`;
      const before = places.get(record.value);
      if (before === undefined) places.set(record.value, [place]);
      else before.push(place);
      if (!sources.has(record.value)) note('unheard of', `'${record.value}' is ${place} and of no input`);
      else if (inputOf(record.value).isPoisoned !== (what === 'dead letter'))
        note(what === 'output' ? 'poison let through' : 'dead without a cause', `'${record.value}' is ${place}`);
    }
  }
  for (const [value, input] of sources) {
    const there = places.get(value) ?? [];
    const name = `'${value}', input ${placeOf(input)},`;
    if (there.length === 0) note('missing', `${name} has neither an output nor a dead letter`);
    if (there.length > 1) note('doubled', `${name} is ${there.join(' and ')}`);
  }
  return [...found, ...disorder(outputs, sources)];
}

/** @param inputs by their values */
function disorder(outputs: readonly LoggedRecord[], inputs: ReadonlyMap<string, LoggedRecord>): PipelineViolation[] {
  const found: PipelineViolation[] = [];
  const latest = new Map<string, LoggedRecord>();
  const seen = new Set<string>();
  for (const output of outputs) {
    const { value, partition } = output;
    if (seen.has(value) || !inputs.has(value)) continue;
    seen.add(value);
    const { key, sequence } = inputOf(value);
    const before = latest.get(key);
    if (before === undefined || (before.partition === partition && inputOf(before.value).sequence < sequence)) {
      latest.set(key, output);
      continue;
    }
    const text = `'${value}', output ${placeOf(output)}, is behind '${before.value}', output ${placeOf(before)}`;
    found.push({ kind: 'out of order', text });
  }
  return found;
}

/** Which inputs a group will not be given again. By partition: the offset it goes on from. */
export type CommittedOffsets = ReadonlyMap<number, number>;

/**
 * Inputs before the committed offsets without an output or a dead letter: nobody will ever make one.
 *
 * True of any moment, if the offsets were read first and then everything that transactions had written by then whose outcome was open.
 *
 * @param handled values that have one
 */
export function skippedInputs(
  inputs: readonly LoggedRecord[],
  handled: ReadonlySet<string>,
  committed: CommittedOffsets,
): PipelineViolation[] {
  return inputs.flatMap((input) => {
    const offset = committed.get(input.partition) ?? 0;
    if (input.offset >= offset || handled.has(input.value)) return [];
    const text = `'${input.value}', input ${placeOf(input)}, has no output, and ${offset} is committed`;
    return [{ kind: 'skipped', text } as const];
  });
}

/** Inputs behind the offsets that are committed when everything is handled: whoever starts next handles them again. */
export function uncommittedInputs(inputs: readonly LoggedRecord[], committed: CommittedOffsets): PipelineViolation[] {
  return inputs.flatMap((input) => {
    const offset = committed.get(input.partition) ?? 0;
    if (input.offset < offset) return [];
    return [
      { kind: 'not committed', text: `'${input.value}', input ${placeOf(input)}: ${offset} is committed` } as const,
    ];
  });
}

const SHOWN = 8;

/** A report that fits on a screen: how many of each kind, and the first of each. */
export function describePipeline(violations: readonly PipelineViolation[]): string {
  if (violations.length === 0) return 'no violation';
  const kinds = new Set(violations.map(({ kind }) => kind));
  return Array.from(kinds, (kind) => {
    const of = violations.filter((violation) => violation.kind === kind);
    const shown = of.slice(0, SHOWN).map(({ text }) => `\n  ${text}`);
    const more = of.length > SHOWN ? `\n  and ${of.length - SHOWN} more` : '';
    return `${of.length} ${kind}${shown.join('')}${more}`;
  }).join('\n');
}

function placeOf({ partition, offset }: LoggedRecord): string {
  return `${partition}:${offset}`;
}
