/** `npm run bench`: peers side by side on one broker, every run in a fresh process, peers interleaved. The method is in README.md. */
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSettings } from './arguments.mjs';
import { Broker, withBroker } from './broker.mjs';
import { EMBEDDED, embeddedRuns } from './embedded-runs.mjs';
import { inFreshProcess } from './fresh-process.mjs';
import { judge } from './goals.mjs';
import { describeMachine } from './machine.mjs';
import { MICRO, microRuns } from './micro-runs.mjs';
import { peers } from './peers.mjs';
import { PIPELINE, pipelineRuns } from './pipeline/pipeline-runs.mjs';
import { prepare } from './prepare.mjs';
import { goalTable, problemList, workloadTable, writeResults } from './report.mjs';
import { REQUESTS, requestRuns } from './requests/request-runs.mjs';
import { ratioOf, rotated } from './statistics.mjs';
import { UNITS, unitRuns } from './units/unit-runs.mjs';
import { workloadById, workloads } from './workloads.mjs';

/** What a run may take beyond warm-up and measuring: start, connect, drain, close. */
const RUN_GRACE_MS = 45_000;
/** Enough for the broker's compiler to have seen both many small and few large requests. */
const BROKER_WARM_UP = [
  { peer: 'kafkajs', workload: 'W2', measureMs: 2500 },
  { peer: 'kafkajs-acc', workload: 'W3', measureMs: 2500 },
];

/** Workloads with peers and tables of their own. */
const APART = [
  { ...UNITS, run: unitRuns },
  { ...PIPELINE, run: pipelineRuns },
  { ...REQUESTS, run: requestRuns },
];

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

async function main() {
  const { workloadIds: asked, ...others } = parseSettings(process.argv.slice(2));
  const embedded = EMBEDDED.map(({ id }) => id).filter((id) => asked.includes(id));
  const workloadIds = workloads.map(({ id }) => id).filter((id) => asked.includes(id));
  if (asked.includes(MICRO.id)) await runMicro(others);
  if (embedded.length > 0) await runEmbedded(embedded, others);
  for (const { id, run } of APART) {
    if (asked.includes(id)) await runApart(run, { ...others, workloadIds: [id] });
  }
  if (workloadIds.length > 0) await runSideBySide({ ...others, workloadIds });
}

/** @param {Omit<import('./arguments.mjs').Settings, 'workloadIds'>} settings */
async function runMicro({ rounds, check }) {
  prepare([{ needs: 'build' }], say);
  const { text, outcome } = await microRuns(rounds);
  say(text);
  if (outcome === 'not measured' || (check && outcome === 'missed')) process.exitCode = 1;
}

/**
 * @param {string[]} ids
 * @param {Omit<import('./arguments.mjs').Settings, 'workloadIds'>} settings
 */
async function runEmbedded(ids, settings) {
  prepare([{ needs: 'build' }], say);
  const { text, outcome } = await embeddedRuns(ids, settings);
  say(text);
  if (outcome === 'not measured' || (settings.check && outcome === 'missed')) process.exitCode = 1;
}

/**
 * @param {(settings: import('./arguments.mjs').Settings, say: (line: string) => void) => Promise<'met' | 'missed' | 'wrong'>} run
 * @param {import('./arguments.mjs').Settings} settings
 */
async function runApart(run, settings) {
  const outcome = await run(settings, say);
  if (outcome === 'wrong' || (settings.check && outcome === 'missed')) process.exitCode = 1;
}

/** @param {string} name */
function entryOf(name) {
  return peers.find((peer) => peer.name === name);
}

/** @param {import('./arguments.mjs').Settings} settings */
async function runSideBySide(settings) {
  const chosen = settings.peerNames.map(entryOf).filter((entry) => entry !== undefined);
  const entries = prepare(chosen, say);
  const load = os.loadavg()[0];
  if (load > os.availableParallelism() / 2) {
    say(
      `The machine is busy (load ${load.toFixed(1)} on ${os.availableParallelism()} cores): read the ratios at most, and those with care.`,
    );
  }
  const near = settings.workloadIds.filter((id) => workloadById(id).brokerDelayMs === undefined);
  const far = settings.workloadIds.filter((id) => !near.includes(id));
  /** @type {import('./report.mjs').Run[]} */
  const runs = [];
  const descriptions = [];
  if (near.length > 0) {
    await withBroker(await Broker.open(settings.brokers, say), async (broker) => {
      descriptions.push(broker.description);
      await warmUp(broker, settings);
      for (const id of near) runs.push(...(await runAll(settings, entries, broker, workloadById(id))));
    });
  }
  for (const workload of far.map(workloadById)) {
    await withBroker(await Broker.openDelayed(workload.brokerDelayMs), async (broker) => {
      descriptions.push(broker.description);
      runs.push(...(await runAll(settings, entries, broker, workload)));
    });
  }
  await report(settings, entries, descriptions.join('; '), runs);
}

/**
 * @param {Broker} broker
 * @param {import('./arguments.mjs').Settings} settings
 */
async function warmUp(broker, settings) {
  say('Warming up the broker …');
  for (const { peer, workload, measureMs } of BROKER_WARM_UP) {
    await runOnce(broker, workloadById(workload), entryOf(peer), 0, { ...settings, warmUpMs: 500, measureMs });
  }
}

/**
 * @param {import('./arguments.mjs').Settings} settings
 * @param {import('./peers.mjs').PeerEntry[]} entries
 * @param {Broker} broker
 * @param {import('./workloads.mjs').Workload} workload
 */
async function runAll(settings, entries, broker, workload) {
  /** @type {import('./report.mjs').Run[]} */
  const runs = [];
  const field = entries.filter((entry) => entry.workloads.includes(workload.id));
  for (let round = 1; round <= settings.rounds; round++) {
    for (const entry of rotated(field, round - 1)) {
      const run = await runOnce(broker, workload, entry, round, settings);
      runs.push(run);
      say(progressLine(run, settings.rounds));
    }
  }
  return runs;
}

/**
 * @param {Broker} broker
 * @param {import('./workloads.mjs').Workload} workload
 * @param {import('./peers.mjs').PeerEntry} entry
 * @param {number} round
 * @param {import('./arguments.mjs').Settings} settings
 * @returns {Promise<import('./report.mjs').Run>}
 */
async function runOnce(broker, workload, entry, round, { warmUpMs, measureMs, options }) {
  const peer = entry.name;
  const loadAverage = os.loadavg()[0];
  const topic = await broker.createTopic(`${workload.id}-${peer}`, workload.partitions);
  try {
    const order = {
      peer,
      workload: workload.id,
      brokers: broker.brokers,
      topic,
      warmUpMs,
      measureMs,
      options: { ...entry.options, ...options[peer] },
    };
    const { result, error, output } = await inFreshProcess('run.mjs', order, warmUpMs + measureMs + RUN_GRACE_MS);
    if (!result)
      return { workload: workload.id, peer, round, result: undefined, problem: `${error}\n${output}`, loadAverage };
    const recordsInTopic = await broker.countRecords(topic);
    const problem = problemOf(result, recordsInTopic);
    return { workload: workload.id, peer, round, result, problem, output, recordsInTopic, loadAverage };
  } finally {
    await broker.deleteTopic(topic);
  }
}

/**
 * The broker must have what was acknowledged. More than that is a duplicate, unless a call failed: its records may have been appended.
 *
 * @param {import('./run.mjs').RunResult} result
 * @param {number} recordsInTopic
 */
function problemOf(result, recordsInTopic) {
  const problems = [];
  const counts = `${result.acknowledged} were acknowledged, the topic has ${recordsInTopic}.`;
  if (recordsInTopic < result.acknowledged) problems.push(`LOST RECORDS: ${counts}`);
  if (recordsInTopic > result.acknowledged && result.failures === 0) problems.push(`DUPLICATES: ${counts}`);
  if (result.failures > 0) problems.push(`${result.failures} calls failed, the first with ${result.firstFailure}`);
  return problems.length === 0 ? undefined : problems.join(' ');
}

/**
 * @param {import('./report.mjs').Run} run
 * @param {number} rounds
 */
function progressLine({ workload, peer, round, result, problem }, rounds) {
  const rate = result
    ? `${Math.round(result.recordsPerSecond).toLocaleString('en-US').padStart(12)} records/s`
    : 'no result'.padStart(22);
  return `${workload} round ${round}/${rounds}  ${peer.padEnd(20)}${rate}${problem === undefined ? '' : `  !! ${problem.slice(0, 300)}`}`;
}

/**
 * @param {import('./arguments.mjs').Settings} settings
 * @param {import('./peers.mjs').PeerEntry[]} entries
 * @param {string} brokers what they were
 * @param {import('./report.mjs').Run[]} runs
 */
async function report(settings, entries, brokers, runs) {
  const names = entries.map((entry) => entry.name);
  const verdicts = judge(runs, settings.workloadIds, settings.peerNames, ratioOf);
  for (const id of settings.workloadIds) say(workloadTable(runs, workloadById(id), names));
  say(goalTable(verdicts));
  say(problemList(runs));
  const machine = describeMachine(brokers, entries);
  const file = await writeResults({ machine, settings, verdicts, runs }, settings.workloadIds.join('-'));
  say(`Everything measured is in ${path.relative(process.cwd(), fileURLToPath(file))}`);
  if (runs.some((run) => run.problem !== undefined)) process.exitCode = 1;
  if (settings.check && verdicts.some((verdict) => verdict.outcome !== 'met')) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
});
