import { refusal, type Refusal } from '../log/refusal.js';
import { configProblem, isListConfig, type TopicConfigs } from './topic-configs.js';

/** What is done to a setting, as IncrementalAlterConfigs numbers it. */
export const CONFIG_OPERATIONS = ['set', 'delete', 'append', 'subtract'] as const;

export interface ConfigChange {
  readonly name: string;
  /** Index in {@link CONFIG_OPERATIONS}. */
  readonly operation: number;
  readonly value: string | null;
}

/** The settings a topic would have, or why not. Nothing is half changed. */
export function changedConfigs(before: TopicConfigs, changes: readonly ConfigChange[]): TopicConfigs | Refusal {
  if (new Set(changes.map(({ name }) => name)).size < changes.length) {
    return refusal('INVALID_REQUEST', 'a setting is named more than once');
  }
  const after = new Map(before);
  for (const change of changes) {
    const problem = apply(change, after);
    if (problem !== undefined) return problem;
  }
  for (const [name, value] of after) {
    const problem = configProblem(name, value);
    if (problem !== undefined) return refusal('INVALID_CONFIG', problem);
  }
  return after;
}

function apply({ name, operation, value }: ConfigChange, configs: Map<string, string>): Refusal | undefined {
  const kind = CONFIG_OPERATIONS[operation];
  // No kind of answer to be proud of, but Kafka's.
  if (kind === undefined) return refusal('UNKNOWN_SERVER_ERROR', `there is no operation ${operation}`);
  if (kind === 'delete') {
    configs.delete(name);
    return undefined;
  }
  if (value === null) return refusal('INVALID_REQUEST', `${name} needs a value`);
  if (kind === 'set') {
    configs.set(name, value);
    return undefined;
  }
  if (!isListConfig(name)) return refusal('INVALID_CONFIG', `${name} is no list: nothing can be added or taken away`);
  configs.set(name, changedList(kind, configs.get(name) ?? '', value));
  return undefined;
}

function changedList(kind: 'append' | 'subtract', before: string, value: string): string {
  const parts = before === '' ? [] : before.split(',');
  const given = value.split(',').map((part) => part.trim());
  if (kind === 'subtract') return parts.filter((part) => !given.includes(part)).join(',');
  return [...parts, ...given.filter((part) => !parts.includes(part))].join(',');
}
