import os from 'node:os';
import { Broker, withBroker } from '../broker.mjs';
import { countCommittedRecords } from '../committed-records.mjs';
import { inFreshProcess } from '../fresh-process.mjs';
import { decimal, goalTable, problemList, table, writeResults } from '../report.mjs';
import { judge } from '../goals.mjs';
import { describeMachine } from '../machine.mjs';
import { prepare } from '../prepare.mjs';
import { ratioOf, rotated, spreadOf } from '../statistics.mjs';
import { cellOf, CLUSTER_SIZES, PARTITIONS, scenarioById, scenarios } from './scenarios.mjs';
import { MAX_CALLERS_OF_ONE_PRODUCER, unitPeers } from './unit-peers.mjs';

export const UNITS = { id: 'W8', title: 'units of work: transactions of 2 and 10 records by 1 to 1,000 callers' };

const RUN_GRACE_MS = 90_000;
const CONTENDER = 'ours';
/** Enough for the broker's compiler to have seen thousands of transactions, few at once and many, and large ones. */
const BROKER_WARM_UP = [
  { peer: 'kafkajs-20', scenario: '20x2' },
  { peer: 'platformatic-20', scenario: '1x2' },
  { peer: 'ours', scenario: '1x2' },
  { peer: 'ours', scenario: '1000x10' },
];

/**
 * @typedef {import('../arguments.mjs').Settings} Settings
 * @typedef {(line: string) => void} Say
 */

/**
 * W8 on each size of cluster, peers interleaved as everywhere.
 *
 * @param {Settings} settings
 * @param {Say} say
 * @returns {Promise<'met' | 'missed' | 'wrong'>} wrong: some run lost records, doubled them or failed
 */
export async function unitRuns(settings, say) {
  const chosen = unitPeers.filter(({ name }) => settings.peerNames.includes(name));
  const entries = prepare(chosen, say);
  const runs = [];
  const cells = [];
  const scenarioIds = scenarios.map(({ id }) => id).filter((id) => settings.scenarios?.includes(id) ?? true);
  for (const nodes of settings.nodes ?? CLUSTER_SIZES) {
    await withBroker(await Broker.open(settings.brokers, say, nodes), async (broker) => {
      say(`Warming up ${broker.description} …`);
      for (const { peer, scenario } of BROKER_WARM_UP) {
        const entry = unitPeers.find(({ name }) => name === peer);
        await runOnce(broker, nodes, scenarioById(scenario), entry, 0, { ...settings, warmUpMs: 500 });
      }
      for (const id of scenarioIds) {
        cells.push(cellOf(id, nodes));
        runs.push(...(await runScenario(settings, entries, broker, nodes, scenarioById(id), say)));
      }
    });
  }
  for (const cell of cells) say(cellTable(runs, cell, entries));
  const verdicts = judge(runs, cells, settings.peerNames, ratioOf);
  say(goalTable(verdicts));
  say(problemList(runs));
  const machine = describeMachine('Apache Kafka, on this machine', entries);
  await writeResults({ machine, settings, verdicts, runs }, UNITS.id);
  if (runs.some((run) => run.problem !== undefined)) return 'wrong';
  return verdicts.every(({ outcome }) => outcome === 'met') ? 'met' : 'missed';
}

/** @param {Settings} settings */
async function runScenario(settings, entries, broker, nodes, scenario, say) {
  const field = entries.filter(({ producers }) => producers !== 1 || scenario.callers <= MAX_CALLERS_OF_ONE_PRODUCER);
  const runs = [];
  for (let round = 1; round <= settings.rounds; round++) {
    for (const entry of rotated(field, round - 1)) {
      const run = await runOnce(broker, nodes, scenario, entry, round, settings);
      runs.push(run);
      say(progressLine(run, settings.rounds));
    }
  }
  return runs;
}

/** @param {Settings} settings */
async function runOnce(broker, nodes, scenario, entry, round, { warmUpMs, measureMs, options }) {
  const loadAverage = os.loadavg()[0];
  const topic = await broker.createTopic(`W8-${scenario.id}-${entry.name}`, PARTITIONS, nodes);
  const about = { workload: cellOf(scenario.id, nodes), peer: entry.name, round, loadAverage };
  try {
    const order = {
      peer: entry.name,
      scenario: scenario.id,
      brokers: broker.brokers,
      topic,
      warmUpMs,
      measureMs,
      options: { ...entry.options, ...options[entry.name] },
    };
    const { result, error, output } = await inFreshProcess('units/unit-run.mjs', order, 3 * measureMs + RUN_GRACE_MS);
    if (!result) return { ...about, result: undefined, problem: `${error}\n${output}` };
    const recordsVisible = await countCommittedRecords(broker.brokers, topic);
    return { ...about, result, problem: problemOf(result, recordsVisible), recordsVisible };
  } finally {
    await broker.deleteTopic(topic);
  }
}

/**
 * A unit whose call failed may have been committed all the same.
 *
 * @param {import('./unit-run.mjs').UnitResult} result
 * @param {number} visible
 */
function problemOf({ records, failures }, visible) {
  const counts = `units that were told to be committed have ${records} records, ${visible} are visible.`;
  if (visible < records) return `LOST RECORDS: ${counts}`;
  if (visible > records && failures === 0) return `TOO MANY RECORDS: ${counts}`;
  return undefined;
}

function progressLine({ workload, peer, round, result, problem }, rounds) {
  if (!result)
    return `${workload} round ${round}/${rounds}  ${peer.padEnd(16)} no result  !! ${problem?.slice(0, 300)}`;
  const rate = Math.round(result.unitsPerSecond).toLocaleString('en-US').padStart(9);
  const failed = result.failures > 0 ? `  ${result.failures} failed: ${result.firstFailure?.slice(0, 120)}` : '';
  const wrong = problem === undefined ? '' : `  !! ${problem}`;
  return `${workload} round ${round}/${rounds}  ${peer.padEnd(16)}${rate} units/s  p50 ${result.p50Ms.toFixed(1)} p99 ${result.p99Ms.toFixed(1)} ms${failed}${wrong}`;
}

function cellTable(runs, cell, entries) {
  const ofCell = runs.filter(({ workload }) => workload === cell);
  const names = entries.map(({ name }) => name).filter((name) => ofCell.some(({ peer }) => peer === name));
  const hasProbe = ofCell.some(({ result }) => result?.loaded !== undefined);
  const head = ['peer', 'units/s', '[min..max]', 'CPU µs/unit', 'p50 ms', 'p99 ms', 'failed'];
  const rows = names.map((peer) => {
    const results = ofCell.filter((run) => run.peer === peer && run.result).map(({ result }) => result);
    const of = (value) => spreadOf(results.map(value));
    const rate = of(({ unitsPerSecond }) => unitsPerSecond);
    if (!rate) return [peer, 'no result'];
    const ratio = peer === CONTENDER ? undefined : ratioOf(runs, cell, CONTENDER, peer, 'unitsPerSecond');
    return [
      peer,
      decimal(rate.median, 0),
      `[${decimal(rate.min, 0)}..${decimal(rate.max, 0)}]`,
      decimal(of(({ cpuMicrosPerUnit }) => cpuMicrosPerUnit)?.median, 0),
      decimal(of(({ p50Ms }) => p50Ms)?.median, 1),
      decimal(of(({ p99Ms }) => p99Ms)?.median, 1),
      decimal(
        results.reduce((sum, { failures }) => sum + failures, 0),
        0,
      ),
      ratio ? `${decimal(ratio.median, 1)} [${decimal(ratio.min, 1)}..${decimal(ratio.max, 1)}]x` : '',
      ...(hasProbe ? [visibleText(results, of, 'idle'), visibleText(results, of, 'loaded')] : []),
    ];
  });
  const probeHead = hasProbe ? ['visible, idle', 'visible, loaded'] : [];
  return `\n${cell}\n${table([[...head, `${CONTENDER} is`, ...probeHead], ...rows])}\n`;
}

/** p50 and p99 of how long a plain record needs to a `read_committed` consumer. */
function visibleText(results, of, when) {
  if (results.every((result) => result[when] === undefined)) return '';
  return `${decimal(of((result) => result[when].p50Ms)?.median, 1)} / ${decimal(of((result) => result[when].p99Ms)?.median, 1)} ms`;
}
