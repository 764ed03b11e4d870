import { inFreshProcess } from './fresh-process.mjs';
import { table } from './report.mjs';
import { spreadOf } from './statistics.mjs';

export const MICRO = { id: 'W12', title: 'what @Emit adds to a call, without the sending' };

const TIMEOUT_MS = 60_000;
const FIRST_NODE_WITH_CHEAP_CONTEXT = 24;
/** Nanoseconds per call, with AsyncLocalStorage in use. */
const GOAL_NS = Number(process.versions.node.split('.')[0]) < FIRST_NODE_WITH_CHEAP_CONTEXT ? 600 : 250;

/**
 * @typedef {object} MicroReport
 * @property {import('./micro.mjs').MicroResult[]} results one of each process
 * @property {number} goalNs
 * @property {'met' | 'missed' | 'not measured'} outcome
 * @property {string} text the table
 */

/**
 * Runs W12 in a fresh process per round, on the Node that runs the benchmark.
 *
 * @param {number} rounds
 * @returns {Promise<MicroReport>}
 */
export async function microRuns(rounds) {
  const results = [];
  const problems = [];
  for (let round = 1; round <= rounds; round++) {
    const { result, error } = await inFreshProcess('micro.mjs', {}, TIMEOUT_MS);
    if (result) results.push(result);
    else problems.push(`  !! W12, round ${round}: ${error}`);
  }
  const rows = Object.keys(results[0]?.overheadNs ?? {}).map((name) => {
    const { median, min, max } = spreadOf(results.map(({ overheadNs }) => overheadNs[name]));
    return { name, median, range: `[${min.toFixed(0)}..${max.toFixed(0)}]` };
  });
  const isMet = rows.every(({ median }) => median <= GOAL_NS);
  const outcome = rows.length === 0 || problems.length > 0 ? 'not measured' : isMet ? 'met' : 'missed';
  const head = ['@Emit with', 'ns added', '[min..max]', `goal <= ${GOAL_NS}`];
  const lines = rows.map(({ name, median, range }) => [
    name,
    median.toFixed(0),
    range,
    median <= GOAL_NS ? 'met' : 'missed',
  ]);
  const title = `${MICRO.id} ${MICRO.title}, Node ${process.versions.node}`;
  return { results, goalNs: GOAL_NS, outcome, text: ['', title, table([head, ...lines]), ...problems].join('\n') };
}
