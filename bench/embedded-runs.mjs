import { fork } from 'node:child_process';
import { once } from 'node:events';
import { inFreshProcess } from './fresh-process.mjs';
import { table } from './report.mjs';
import { spreadOf } from './statistics.mjs';

/** What is measured of embedded-kafka itself. Each round runs in fresh processes. */
export const EMBEDDED = [
  { id: 'E1', title: 'three embedded brokers start', unit: 'ms', atMost: 50, run: start },
  {
    id: 'E2',
    title: 'records of 100 B from ours into an embedded broker (W2)',
    unit: 'records/s',
    atLeast: 200_000,
    run: rate,
  },
  { id: 'E3', title: 'CPU of the embedded broker per request of W1', unit: 'µs', run: cpuPerRequest },
];

const GRACE_MS = 45_000;
const TOPIC = 'bench';

/**
 * @typedef {object} EmbeddedReport
 * @property {'met' | 'missed' | 'not measured'} outcome the worst of all
 * @property {string} text the table
 */

/**
 * @param {string[]} ids
 * @param {Pick<import('./arguments.mjs').Settings, 'rounds' | 'warmUpMs' | 'measureMs'>} settings
 * @returns {Promise<EmbeddedReport>}
 */
export async function embeddedRuns(ids, settings) {
  const outcomes = [];
  const lines = [['', 'median', '[min..max]', 'unit', 'goal', '']];
  for (const workload of EMBEDDED.filter(({ id }) => ids.includes(id))) {
    const values = [];
    for (let round = 0; round < settings.rounds; round++) values.push(await workload.run(settings));
    const spread = spreadOf(values);
    const outcome = outcomeOf(workload, spread?.median);
    outcomes.push(outcome);
    lines.push([`${workload.id} ${workload.title}`, ...spreadCells(spread), workload.unit, goalOf(workload), outcome]);
  }
  const worst = ['not measured', 'missed'].find((outcome) => outcomes.includes(outcome)) ?? 'met';
  return { outcome: worst, text: `\n${table(lines)}\n` };
}

async function start() {
  const { result } = await inFreshProcess('embedded-start.mjs', {}, GRACE_MS);
  return result?.startMs ?? Number.NaN;
}

async function rate(settings) {
  return (await measured('W2', settings)).recordsPerSecond;
}

async function cpuPerRequest(settings) {
  return (await measured('W1', settings)).brokerMicrosPerRequest;
}

/** One run of ours against an embedded broker in another process. */
async function measured(workload, { warmUpMs, measureMs }) {
  const options = { topics: [{ name: TOPIC, partitions: 1 }] };
  const broker = fork(new URL('embedded-broker.mjs', import.meta.url), [JSON.stringify(options)]);
  try {
    const [{ bootstrap }] = await once(broker, 'message');
    const before = await statsOf(broker);
    const order = { peer: 'ours', workload, brokers: bootstrap, topic: TOPIC, warmUpMs, measureMs, options: {} };
    const { result } = await inFreshProcess('run.mjs', order, warmUpMs + measureMs + GRACE_MS);
    const after = await statsOf(broker);
    const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
    return {
      recordsPerSecond: result?.failures === 0 ? result.recordsPerSecond : Number.NaN,
      brokerMicrosPerRequest: micros / (after.requests - before.requests),
    };
  } finally {
    broker.kill();
  }
}

async function statsOf(broker) {
  broker.send('stats');
  const [stats] = await once(broker, 'message');
  return stats;
}

/** Without a goal there is nothing to miss. */
function outcomeOf({ atLeast = -Infinity, atMost = Infinity }, value) {
  if (value === undefined) return 'not measured';
  return value >= atLeast && value <= atMost ? 'met' : 'missed';
}

function goalOf({ atLeast, atMost }) {
  if (atLeast !== undefined) return `>= ${atLeast.toLocaleString('en-US')}`;
  return atMost === undefined ? '–' : `<= ${atMost}`;
}

function spreadCells(spread) {
  if (spread === undefined) return ['–', ''];
  const [median, min, max] = [spread.median, spread.min, spread.max].map((value) =>
    value.toLocaleString('en-US', { maximumFractionDigits: value < 1000 ? 1 : 0 }),
  );
  return [median, `[${min}..${max}]`];
}
