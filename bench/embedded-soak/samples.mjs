/** What a sample is, and what a row of them says. */

const MEBIBYTE = 2 ** 20;
const WARM_UP_SHARE = 0.25;
/**
 * What may be gained over the whole time and is still noise: a share of what is in use, or so many MiB. Memory of the process is V8's to keep: it holds the
 * pages of its busiest moment, so more of it is noise.
 */
const NOISE = { usedMib: { share: 0.1, mib: 8 }, rssMib: { share: 0.25, mib: 32 } };

/**
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number} usedMib heap and buffers, after a collection
 * @property {number} rssMib
 * @property {number} handles sockets, servers and timers of this process
 * @property {number} connections that the brokers hold
 * @property {{ sent: number, read: number, transactions: number, topics: number, incidents: number, killed: number }} counts so far
 */

/**
 * @param {import('embedded-kafka').EmbeddedKafka} kafka
 * @param {import('./load.mjs').Load} load
 * @param {number} atMs
 * @returns {Sample}
 */
export function sample(kafka, load, atMs) {
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    atMs,
    usedMib: (heapUsed + external) / MEBIBYTE,
    rssMib: rss / MEBIBYTE,
    handles: handlesOfOurs().length,
    connections: kafka.brokers.reduce((sum, { connectionCount }) => sum + connectionCount, 0),
    counts: { ...load.counts },
  };
}

/** Pipes to whoever started this process are not ours. */
export function handlesOfOurs() {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
}

export function headLine() {
  return [
    '    time',
    'used MiB',
    ' rss MiB',
    ' handles',
    '   conns',
    '    sent',
    '    read',
    '     txn',
    '  topics',
    'incidents',
    '  killed',
  ].join('  ');
}

/** @param {Sample} sample */
export function lineOf({ atMs, usedMib, rssMib, handles, connections, counts }) {
  const { sent, read, transactions, topics, incidents, killed } = counts;
  const cells = [`${Math.round(atMs / 1000)} s`, usedMib.toFixed(1), rssMib.toFixed(0), handles, connections];
  return [...cells, sent, read, transactions, topics, incidents, killed]
    .map((cell) => String(cell).padStart(8))
    .join('  ');
}

/**
 * By the straight line through the samples after the warm-up: memory that is kept for good makes it rise, however much single samples scatter. Handles and
 * connections go up and down with the clients that live at the moment; they are looked at when those are gone.
 *
 * @param {readonly Sample[]} samples
 */
export function verdictOn(samples) {
  const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  if (settled.length < 3) return { isFlat: false, text: 'too short for a verdict' };
  const hours = settled.map(({ atMs }) => atMs / 3_600_000);
  const span = hours.at(-1) - hours[0];
  const rows = Object.entries(NOISE).map(([metric, { share, mib }]) => {
    const values = settled.map((one) => one[metric]);
    const gain = slope(hours, values) * span;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { metric, gain, mean, isFlat: gain <= Math.max(mean * share, mib) };
  });
  const isFlat = rows.every((row) => row.isFlat);
  const parts = rows.map(
    ({ metric, gain, mean }) => `${metric} ${gain >= 0 ? '+' : ''}${gain.toFixed(1)} of ${mean.toFixed(1)}`,
  );
  return { isFlat, text: `${isFlat ? 'FLAT' : 'GROWS'} over ${(span * 60).toFixed(1)} min: ${parts.join(', ')}` };
}

/** Least squares. */
function slope(xs, ys) {
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const meanY = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  let above = 0;
  let below = 0;
  for (const [at, x] of xs.entries()) {
    above += (x - meanX) * (ys[at] - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}
