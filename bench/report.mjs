import { mkdir, writeFile } from 'node:fs/promises';
import { CONTENDER, sideOf } from './goals.mjs';
import { ratioOf, spreadOf } from './statistics.mjs';

/**
 * @typedef {object} Run
 * @property {string} workload
 * @property {string} peer
 * @property {number} round from 1
 * @property {import('./run.mjs').RunResult | undefined} result
 * @property {string | undefined} problem what was wrong with it; a run with a problem but with a result is still in the tables
 * @property {string} [output] what its process wrote
 * @property {number} [recordsInTopic]
 * @property {number} loadAverage of the machine when it began
 */

const columns = ['peer', 'records/s', '[min..max]', 'CPU µs/rec', 'p50 ms', 'p99 ms', 'block ms', 'RSS MB', 'rec/req'];

/**
 * @param {Run[]} runs
 * @param {import('./workloads.mjs').Workload} workload
 * @param {string[]} peerNames in the order of the rows
 */
export function workloadTable(runs, workload, peerNames) {
  const names = peerNames.filter((name) => runs.some((run) => run.workload === workload.id && run.peer === name));
  const baseline = names.includes(CONTENDER) ? CONTENDER : names[0];
  const rows = names.map((name) => row(runs, workload.id, name, baseline));
  return `\n${workload.id} ${workload.title}\n${table([[...columns, `${baseline} is`], ...rows])}\n`;
}

/**
 * @param {Run[]} runs
 * @param {string} workload
 * @param {string} peer
 * @param {string} baseline
 */
function row(runs, workload, peer, baseline) {
  const results = runs
    .filter((run) => run.workload === workload && run.peer === peer && run.result)
    .map((run) => run.result);
  const spread = (metric) => spreadOf(results.map((result) => result[metric] ?? Number.NaN));
  const rate = spread('recordsPerSecond');
  if (!rate) return [peer, 'no result'];
  const ratio = peer === baseline ? undefined : ratioOf(runs, workload, baseline, peer, 'recordsPerSecond');
  return [
    peer,
    decimal(rate.median, 0),
    `[${decimal(rate.min, 0)}..${decimal(rate.max, 0)}]`,
    decimal(spread('cpuMicrosPerRecord')?.median, 2),
    decimal(spread('p50Ms')?.median, 2),
    decimal(spread('p99Ms')?.median, 1),
    decimal(spread('longestBlockMs')?.median, 0),
    decimal(spread('maxRssMb')?.median, 0),
    decimal(spread('recordsPerRequest')?.median, 0),
    ratio ? `${ratioText(ratio)}x` : '',
  ];
}

/** @param {import('./goals.mjs').Verdict[]} verdicts */
export function goalTable(verdicts) {
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ goal, outcome, ratio }) => [
    goal.workload,
    goal.against === undefined ? `${goal.metric} ${sideOf(goal)}` : `${goal.metric} ${sideOf(goal)} / ${goal.against}`,
    goal.atLeast === undefined ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`,
    ratio ? ratioText(ratio) : '–',
    outcome,
  ]);
  return `\nGoals: median over the rounds of the ratio within a round\n${table([['', 'ratio', 'goal', 'measured', ''], ...rows])}\n`;
}

/** @param {Run[]} runs */
export function problemList(runs) {
  const problems = runs.filter((run) => run.problem !== undefined).map((run) => `  !! ${nameOf(run)}: ${run.problem}`);
  const outputs = runs.filter((run) => run.output).map((run) => `  ${nameOf(run)} wrote: ${run.output}`);
  return `${section('PROBLEMS', problems)}${section('Output of the runs', outputs)}`;
}

/** @param {Run} run */
function nameOf({ workload, peer, round }) {
  return `${workload} ${peer}, round ${round}`;
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function section(title, lines) {
  return lines.length === 0 ? '' : `\n${title}\n${lines.join('\n')}\n`;
}

/**
 * @param {object} report
 * @param {string} label
 * @returns {Promise<URL>} the file
 */
export async function writeResults(report, label) {
  const folder = new URL('results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const file = new URL(`${stamp}-${label}.json`, folder);
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}

/**
 * @param {number | undefined} value
 * @param {number} digits
 */
export function decimal(value, digits) {
  if (value === undefined) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {import('./statistics.mjs').Spread} ratio */
export function ratioText({ median, min, max }) {
  const digits = median < 0.1 ? 3 : median < 10 ? 2 : 1;
  return `${decimal(median, digits)} [${decimal(min, digits)}..${decimal(max, digits)}]`;
}

/** @param {string[][]} rows the first is the head; the first column is flush left, the others flush right */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ');
  return [line(rows[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n');
}
