import { Random } from 'embedded-kafka';
import { describe, expect, it } from 'vitest';

import { seedOf } from '../support/random.js';
import {
  checkPipeline,
  describePipeline,
  skippedInputs,
  uncommittedInputs,
  type PipelineLogs,
  type PipelineViolationKind,
} from './check-pipeline.js';
import { inputOf, inputValue } from './pipeline-record.js';
import type { LoggedRecord } from './sent-record.js';

const KEYS = 5;
const RECORDS = 60;
const SEEDS = 50;

interface Logs extends PipelineLogs {
  readonly outputs: LoggedRecord[];
  readonly deadLetters: LoggedRecord[];
}

/** What a pipeline without a fault leaves: several partitions whose records are handled in turns of the seed's. */
function soundLogs(random: Random): Logs {
  const inputs: LoggedRecord[] = [];
  const sequences = Array.from({ length: KEYS }, () => 0);
  for (let index = 0; index < RECORDS; index++) {
    const key = random.integer(0, KEYS - 1);
    const value = inputValue({ key: `k${key}`, sequence: ++sequences[key]!, isPoisoned: index % 13 === 0 });
    const partition = key % 3;
    inputs.push({ partition, offset: inputs.filter((input) => input.partition === partition).length, value });
  }
  const waiting = [0, 1, 2].map((partition) => inputs.filter((input) => input.partition === partition));
  const logs: Logs = { inputs, outputs: [], deadLetters: [] };
  while (waiting.some(({ length }) => length > 0)) {
    const next = random.pick(waiting.filter(({ length }) => length > 0)).shift()!;
    const { key, isPoisoned } = inputOf(next.value);
    append(isPoisoned ? logs.deadLetters : logs.outputs, isPoisoned ? 0 : Number(key.slice(1)) % 2, next.value);
  }
  return logs;
}

function append(log: LoggedRecord[], partition: number, value: string): void {
  log.push({ partition, offset: log.length, value });
}

/** Ways in which a pipeline is not exactly once, each with what is found of it. */
const MUTANTS: Readonly<Record<string, readonly [PipelineViolationKind, (logs: Logs, random: Random) => void]>> = {
  'handles a record again after its output was committed': [
    'doubled',
    ({ outputs }, random) => {
      const { partition, value } = random.pick(outputs);
      append(outputs, partition, value);
    },
  ],
  'handles a record again as a dead letter': [
    'doubled',
    ({ deadLetters }, random) => append(deadLetters, 0, random.pick(deadLetters).value),
  ],
  'commits an offset whose output is lost': [
    'missing',
    ({ outputs }, random) => void outputs.splice(random.integer(0, outputs.length - 1), 1),
  ],
  'skips a record that nobody gets through with': ['missing', ({ deadLetters }) => void deadLetters.pop()],
  'makes an output of nothing': ['unheard of', ({ outputs }) => append(outputs, 0, 'k0 999')],
  'lets a later record of a key overtake': [
    'out of order',
    ({ outputs }, random) => {
      const firsts = outputs.flatMap(({ value }, at) => {
        const { key } = inputOf(value);
        const next = outputs.findIndex((other, index) => index > at && inputOf(other.value).key === key);
        return next < 0 ? [] : [[at, next] as const];
      });
      const [first, second] = random.pick(firsts);
      const [one, other] = [outputs[first]!, outputs[second]!];
      outputs[first] = { ...one, value: other.value };
      outputs[second] = { ...other, value: one.value };
    },
  ],
  'sends a key to two partitions': [
    'out of order',
    ({ outputs }) => {
      const last = outputs.pop()!;
      append(outputs, last.partition + 1, last.value);
    },
  ],
};

describe('the checker of exactly-once pipelines', () => {
  const seed = seedOf('check-pipeline');
  const randoms = Array.from({ length: SEEDS }, (_, index) => new Random((seed + index) >>> 0));

  it('finds nothing where nothing is wrong', () => {
    for (const random of randoms) expect(describePipeline(checkPipeline(soundLogs(random)))).toBe('no violation');
  });

  it.each(Object.entries(MUTANTS))('finds out one that %s', (_name, [kind, mutate]) => {
    for (const random of randoms) {
      const logs = soundLogs(random);
      mutate(logs, random);
      expect(new Set(checkPipeline(logs).map((violation) => violation.kind))).toEqual(new Set([kind]));
    }
  });

  it('finds poison that came through, and what died without a cause, beside what is amiss of them else', () => {
    const inputs = ['k0 1', 'k0 2 poison'].map((value, offset) => ({ partition: 0, offset, value }));
    const at = (value: string): LoggedRecord => ({ partition: 1, offset: 7, value });
    const found = checkPipeline({ inputs, outputs: [at('k0 2 poison')], deadLetters: [at('k0 1')] });
    expect(found.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      "poison let through: 'k0 2 poison' is output 1:7",
      "dead without a cause: 'k0 1' is dead letter 1:7",
    ]);
  });

  it('finds inputs before the committed offsets without an output, and none behind them', () => {
    const inputs = [0, 1].flatMap((partition) =>
      [0, 1, 2].map((offset) => ({ partition, offset, value: `k${partition} ${offset + 1}` })),
    );
    const committed = new Map([[0, 2]]);
    const skipped = (...handled: readonly string[]) =>
      skippedInputs(inputs, new Set(handled), committed).map(({ text }) => text);
    expect(skipped('k0 1', 'k0 2')).toEqual([]);
    expect(skipped('k0 2', 'k0 3', 'k1 1')).toEqual(["'k0 1', input 0:0, has no output, and 2 is committed"]);
    expect(skipped('k0 1', 'k0 3')).toEqual(["'k0 2', input 0:1, has no output, and 2 is committed"]);
  });

  it('finds inputs that are handled and not committed', () => {
    const inputs = [0, 1, 2].map((offset) => ({ partition: 1, offset, value: `k1 ${offset + 1}` }));
    const texts = (committed: number) => uncommittedInputs(inputs, new Map([[1, committed]])).map(({ text }) => text);
    expect(texts(3)).toEqual([]);
    expect(texts(2)).toEqual(["'k1 3', input 1:2: 2 is committed"]);
    expect(uncommittedInputs(inputs, new Map())).toHaveLength(3);
  });

  it('says how often what happened, and where the first of it is', () => {
    const inputs = Array.from({ length: 12 }, (_, offset) => ({ partition: 0, offset, value: `k0 ${offset + 1}` }));
    const [, ...outputs] = [...inputs, ...inputs.slice(2, 3)];
    const report = describePipeline(checkPipeline({ inputs, outputs, deadLetters: [] }));
    expect(report).toBe(
      "1 missing\n  'k0 1', input 0:0, has neither an output nor a dead letter\n" +
        "1 doubled\n  'k0 3', input 0:2, is output 0:2 and output 0:2",
    );
    expect(describePipeline(checkPipeline({ inputs, outputs: [], deadLetters: [] }))).toMatch(
      /^12 missing\n.*and 4 more$/s,
    );
  });
});
