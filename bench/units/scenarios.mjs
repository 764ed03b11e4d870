/**
 * What W8 measures, each on one node and on three.
 *
 * @typedef {object} Scenario
 * @property {string} id as in `--scenarios`
 * @property {number} callers each awaits its unit before it begins the next
 * @property {number} recordsPerUnit
 * @property {number} sleepMs what the user's code waits for inside a unit, between its first record and the others
 */

/** Enough to be led by three nodes. */
export const PARTITIONS = 3;

/** Callers times records. */
const CALLERS = [1, 20, 100, 1000];
const RECORDS = [2, 10];

/** @type {readonly Scenario[]} */
export const scenarios = [
  ...CALLERS.flatMap((callers) =>
    RECORDS.map((recordsPerUnit) => ({ id: `${callers}x${recordsPerUnit}`, callers, recordsPerUnit, sleepMs: 0 })),
  ),
  { id: 'slow', callers: 500, recordsPerUnit: 2, sleepMs: 200 },
];

/** With so many nodes, the replication factor is the same; of three, two must be in sync. */
export const CLUSTER_SIZES = [1, 3];

/** @param {string} id */
export function scenarioById(id) {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (!found) throw new Error(`There is no scenario ${id}. Known: ${scenarios.map((each) => each.id).join(', ')}.`);
  return found;
}

/**
 * What a scenario on a cluster is called in results and goals.
 *
 * @param {string} scenarioId
 * @param {number} nodes
 */
export function cellOf(scenarioId, nodes) {
  return `W8 ${scenarioId} on ${nodes}`;
}
