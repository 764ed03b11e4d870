import { describeValue } from './errors/describe-value.js';
import type { OptionProblem } from './errors/program.errors.js';

/** What stands beside the options, because the container has to know it before there are options. */
export interface KafkaProducerModuleExtras {
  /** Tells modules apart; `@InjectKafkaProducer(name)` and `@Emit(…, { producer: name })` refer to it. @defaultValue 'default' */
  readonly name?: string | undefined;
  /** Whether every module may inject the producer without importing this one. @defaultValue true */
  readonly isGlobal?: boolean | undefined;
}

/** Names of the extras. */
export const EXTRAS: readonly string[] = ['name', 'isGlobal'];

export function extraProblems({
  name,
  isGlobal,
}: {
  readonly name?: unknown;
  readonly isGlobal?: unknown;
}): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    problems.push({ path: 'name', message: `must be a string that is not empty, got ${describeValue(name)}` });
  }
  if (isGlobal !== undefined && typeof isGlobal !== 'boolean') {
    problems.push({ path: 'isGlobal', message: `must be true or false, got ${describeValue(isGlobal)}` });
  }
  return problems;
}
