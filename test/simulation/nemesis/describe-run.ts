import type { NemesisRun } from './nemesis-run.js';

/** All that is needed to find the defect: the seed to run again, the settings, what is wrong and what happened last. */
export function describeRun({ plan, problems, records, acknowledged, traceLines }: NemesisRun): string {
  return [
    `SEED=${plan.seed} (${acknowledged} of ${records} acknowledged)`,
    JSON.stringify(plan),
    ...problems,
    ...traceLines.map((line) => `    ${line}`),
  ].join('\n');
}
