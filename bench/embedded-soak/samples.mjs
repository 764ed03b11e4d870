/** What a sample is, and how it is printed. */
import { statesOf } from './states.mjs';

const MEBIBYTE = 2 ** 20;
const WIDTH = 7;

/**
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number} usedMib heap and buffers, after a collection
 * @property {number} rssMib
 * @property {import('./states.mjs').States} states of the cluster, counted
 * @property {import('./load.mjs').Counts} counts so far
 */

/**
 * @param {import('embedded-kafka').EmbeddedKafka} kafka
 * @param {import('./clock.mjs').CountingClock} clock
 * @param {import('./load.mjs').Load} load
 * @param {number} atMs
 * @returns {Sample}
 */
export function sample(kafka, clock, load, atMs) {
  return { atMs, ...memoryInUse(), states: statesOf(kafka, clock), counts: { ...load.counts } };
}

export function memoryInUse() {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { usedMib: (heapUsed + external) / MEBIBYTE, rssMib: rss / MEBIBYTE };
}

/** Pipes to whoever started this process are not ours. */
export function handlesOfOurs() {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
}

/** @param {Sample} sample */
export function headLine(sample) {
  return row(['time', 'used', 'rss', ...Object.keys(sample.states), '|', ...Object.keys(sample.counts)]);
}

/** @param {Sample} sample */
export function lineOf({ atMs, usedMib, rssMib, states, counts }) {
  const memory = [`${Math.round(atMs / 1000)} s`, usedMib.toFixed(2), rssMib.toFixed(1)];
  return row([...memory, ...Object.values(states), '|', ...Object.values(counts)]);
}

function row(cells) {
  return cells.map((cell) => (cell === '|' ? cell : String(cell).padStart(WIDTH))).join(' ');
}
