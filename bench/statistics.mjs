/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * @param {number[]} values
 * @returns {Spread | undefined} undefined when there are none
 */
export function spreadOf(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * The spread of `peer / against` over the rounds in which both have a sound result: who loses records wins nothing by it. Taken round by
 * round, because what else the machine does drifts over minutes and hits neighbours alike.
 *
 * @param {import('./report.mjs').Run[]} runs
 * @param {string} workload
 * @param {string} peer
 * @param {string} against
 * @param {string} metric
 * @returns {Spread | undefined}
 */
export function ratioOf(runs, workload, peer, against, metric) {
  const valuesByRound = (name) =>
    new Map(
      runs
        .filter((run) => run.workload === workload && run.peer === name && run.result && run.problem === undefined)
        .map((run) => [run.round, run.result[metric]]),
    );
  const others = valuesByRound(against);
  const ratios = [...valuesByRound(peer)]
    .filter(([round]) => others.has(round))
    .map(([round, value]) => value / others.get(round));
  return spreadOf(ratios);
}

/**
 * Every round begins with another peer, so that nobody always comes after the same neighbour.
 *
 * @template T
 * @param {readonly T[]} items
 * @param {number} by
 */
export function rotated(items, by) {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
