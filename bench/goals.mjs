import { spreadOf } from './statistics.mjs';
import { cellOf } from './units/scenarios.mjs';

/**
 * What ours has to reach against a peer of the same run: the median over the rounds of ours divided by the peer's. Without a peer: the median of ours itself.
 *
 * @typedef {object} Goal
 * @property {string} workload of W8 a scenario on a size of cluster, of W11 one of its parts
 * @property {string} [peer] who has to reach it, where that is not `ours`
 * @property {string} [against] name of the peer
 * @property {'recordsPerSecond' | 'unitsPerSecond' | 'messagesPerSecond' | 'requestsPerSecond' | 'p50Ms' | 'p99Ms' | 'visibleP99Ms' | 'cpuMicrosPerRecord'} metric
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/** @type {readonly Goal[]} */
export const goals = [
  { workload: 'W1', against: 'kafkajs', metric: 'p50Ms', atMost: 1 },
  { workload: 'W1', against: 'kafkajs', metric: 'cpuMicrosPerRecord', atMost: 0.7 },
  { workload: 'W2', against: 'kafkajs', metric: 'recordsPerSecond', atLeast: 60 },
  { workload: 'W2', against: 'nest-emit', metric: 'recordsPerSecond', atLeast: 60 },
  { workload: 'W2', against: 'confluent', metric: 'recordsPerSecond', atLeast: 4 },
  { workload: 'W2', against: 'platformatic-stream', metric: 'recordsPerSecond', atLeast: 1.8 },
  { workload: 'W2', against: 'ours-plain', metric: 'recordsPerSecond', atLeast: 0.95 },
  { workload: 'W3', against: 'kafkajs', metric: 'recordsPerSecond', atLeast: 12 },
  { workload: 'W3', against: 'confluent', metric: 'recordsPerSecond', atLeast: 2 },
  { workload: 'W3', against: 'platformatic-stream', metric: 'recordsPerSecond', atLeast: 2 },
  { workload: 'W4', against: 'kafkajs', metric: 'recordsPerSecond', atLeast: 8 },
  { workload: 'W4', against: 'platformatic', metric: 'recordsPerSecond', atLeast: 2.5 },
  { workload: 'W4', against: 'ours-plain', metric: 'recordsPerSecond', atLeast: 0.95 },
  { workload: 'W5', against: 'kafkajs-idempotent', metric: 'recordsPerSecond', atLeast: 300 },
  { workload: 'W5', against: 'ours-1', metric: 'recordsPerSecond', atLeast: 1.3 },
  { workload: cellOf('1x2', 1), against: 'confluent', metric: 'unitsPerSecond', atLeast: 2.5 },
  { workload: cellOf('1x2', 1), against: 'kafkajs', metric: 'unitsPerSecond', atLeast: 25 },
  { workload: cellOf('100x2', 1), against: 'confluent-20', metric: 'unitsPerSecond', atLeast: 10 },
  { workload: cellOf('100x2', 1), against: 'kafkajs-20', metric: 'unitsPerSecond', atLeast: 20 },
  { workload: cellOf('100x2', 1), metric: 'p99Ms', atMost: 25 },
  ...['confluent-20', 'kafkajs-20', 'platformatic-20'].map((against) => {
    return { workload: cellOf('100x2', 3), against, metric: 'unitsPerSecond', atLeast: 5 };
  }),
  { workload: cellOf('slow', 1), metric: 'unitsPerSecond', atLeast: 2000 },
  // Half of what a unit sleeps: who is held up by one waits for up to 200 ms.
  { workload: cellOf('slow', 1), metric: 'visibleP99Ms', atMost: 100 },
  // A transaction per message, of one producer as the client's users have it and of a pool of them.
  ...['kafkajs', 'kafkajs-20'].map((against) => {
    return { workload: 'W9', peer: 'ours-per-100', against, metric: 'messagesPerSecond', atLeast: 20 };
  }),
  { workload: 'W11 open', peer: 'scope', against: 'plain', metric: 'requestsPerSecond', atLeast: 0.95 },
  // What of it is ours: the rest is what AsyncLocalStorage costs before Node 24.
  { workload: 'W11 open', peer: 'scope', against: 'context-in-use', metric: 'requestsPerSecond', atLeast: 0.95 },
];

/** The peer the goals are set for, where they do not say another. */
export const CONTENDER = 'ours';

/** @param {Goal} goal */
export function sideOf({ peer = CONTENDER }) {
  return peer;
}

/**
 * @typedef {object} Verdict
 * @property {Goal} goal
 * @property {'met' | 'missed' | 'not measured'} outcome
 * @property {import('./statistics.mjs').Spread | undefined} ratio
 */

/**
 * Judges the goals whose two sides were asked for.
 *
 * @param {import('./report.mjs').Run[]} runs
 * @param {string[]} workloadIds
 * @param {string[]} peerNames as asked for, not as survived: a peer that could not be prepared leaves its goals unmeasured, not forgotten
 * @param {(runs: import('./report.mjs').Run[], workload: string, peer: string, against: string, metric: string) => import('./statistics.mjs').Spread | undefined} ratioOf
 * @returns {Verdict[]}
 */
export function judge(runs, workloadIds, peerNames, ratioOf) {
  return goals
    .filter(
      (goal) =>
        workloadIds.includes(goal.workload) &&
        [sideOf(goal), goal.against ?? sideOf(goal)].every((name) => peerNames.includes(name)),
    )
    .map((goal) => {
      const ratio =
        goal.against === undefined
          ? ownSpread(runs, goal)
          : ratioOf(runs, goal.workload, sideOf(goal), goal.against, goal.metric);
      return { goal, outcome: outcomeOf(goal, ratio), ratio };
    });
}

/**
 * @param {import('./report.mjs').Run[]} runs
 * @param {Goal} goal
 */
function ownSpread(runs, goal) {
  const { workload, metric } = goal;
  const own = runs.filter((run) => run.workload === workload && run.peer === sideOf(goal) && run.problem === undefined);
  return spreadOf(own.map(({ result }) => result?.[metric] ?? Number.NaN));
}

/**
 * @param {Goal} goal
 * @param {import('./statistics.mjs').Spread | undefined} ratio
 * @returns {Verdict['outcome']}
 */
function outcomeOf({ atLeast = -Infinity, atMost = Infinity }, ratio) {
  if (!ratio) return 'not measured';
  return ratio.median >= atLeast && ratio.median <= atMost ? 'met' : 'missed';
}
