/**
 * What ours has to reach against a peer of the same run: the median over the rounds of ours divided by the peer's.
 *
 * @typedef {object} Goal
 * @property {'W1' | 'W2' | 'W3' | 'W4' | 'W5'} workload
 * @property {string} against name of the peer
 * @property {'recordsPerSecond' | 'p50Ms' | 'cpuMicrosPerRecord'} metric
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
];

/** The peer the goals are set for. */
export const CONTENDER = 'ours';

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
  if (!peerNames.includes(CONTENDER)) return [];
  return goals
    .filter((goal) => workloadIds.includes(goal.workload) && peerNames.includes(goal.against))
    .map((goal) => {
      const ratio = ratioOf(runs, goal.workload, CONTENDER, goal.against, goal.metric);
      return { goal, outcome: outcomeOf(goal, ratio), ratio };
    });
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
