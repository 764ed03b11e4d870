import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { decodeRecords } from 'kafka-wire';
import { Broker, withBroker } from '../broker.mjs';
import { visitCommittedBatches } from '../committed-records.mjs';
import { inFreshProcess } from '../fresh-process.mjs';
import { judge } from '../goals.mjs';
import { describeMachine } from '../machine.mjs';
import { prepare } from '../prepare.mjs';
import { decimal, goalTable, problemList, ratioText, table, writeResults } from '../report.mjs';
import { ratioOf, rotated, spreadOf } from '../statistics.mjs';
import { Audit } from './audit.mjs';
import { GroupOffsets } from './group-offsets.mjs';
import { fillInput } from './input.mjs';
import { PARTITIONS, placeOf } from './orders.mjs';
import { oursOf, pipelinePeers } from './pipeline-peers.mjs';

export const PIPELINE = { id: 'W9', title: 'consume, transform, produce: 1 to 500 messages per transaction' };

const RUN_GRACE_MS = 90_000;
/** More than anybody here consumes; whoever does counts as wrong, for the rate would be that of the input. */
const INPUT_PER_SECOND = 200_000;
const BASELINE = oursOf(100);
/** Enough for the broker's compiler to have seen transactions with few records and with many. */
const BROKER_WARM_UP = ['kafkajs-20', 'kafkajs-20-batch'];

/**
 * @typedef {import('../arguments.mjs').Settings} Settings
 * @typedef {(line: string) => void} Say
 */

/**
 * W9 on one node: all consume the same input from its beginning, each in a group of its own and into a topic of its own.
 *
 * @param {Settings} settings
 * @param {Say} say
 * @returns {Promise<'met' | 'missed' | 'wrong'>} wrong: some run failed, or was not exactly once
 */
export async function pipelineRuns(settings, say) {
  const entries = prepare(
    pipelinePeers.filter(({ name }) => settings.peerNames.includes(name)),
    say,
  );
  const runs = [];
  await withBroker(await Broker.open(settings.brokers, say), async (broker) => {
    const perPartition = Math.ceil((INPUT_PER_SECOND * (settings.warmUpMs + settings.measureMs)) / 1000 / PARTITIONS);
    say(`Filling the input with ${(perPartition * PARTITIONS).toLocaleString('en-US')} messages …`);
    const input = await broker.createTopic('W9-input', PARTITIONS);
    await fillInput(broker, input, perPartition);
    const run = (entry, round, times) => runOnce(broker, { topic: input, perPartition }, entry, round, times);
    say('Warming up the broker …');
    for (const entry of pipelinePeers.filter(({ name }) => BROKER_WARM_UP.includes(name)))
      await run(entry, 0, { ...settings, warmUpMs: 500 });
    for (let round = 1; round <= settings.rounds; round++) {
      for (const entry of rotated(entries, round - 1)) {
        const done = await run(entry, round, settings);
        runs.push(done);
        say(progressLine(done, settings.rounds));
      }
    }
    await broker.deleteTopic(input);
  });
  say(pipelineTable(runs, entries));
  const verdicts = judge(runs, [PIPELINE.id], settings.peerNames, ratioOf);
  say(goalTable(verdicts));
  say(problemList(runs));
  const machine = describeMachine('Apache Kafka, on this machine', entries);
  await writeResults({ machine, settings, verdicts, runs }, PIPELINE.id);
  if (runs.some((run) => run.problem !== undefined)) return 'wrong';
  return verdicts.every(({ outcome }) => outcome === 'met') ? 'met' : 'missed';
}

/**
 * @param {Broker} broker
 * @param {{ topic: string, perPartition: number }} input
 * @param {import('./pipeline-peers.mjs').PipelinePeerEntry} entry
 * @param {number} round
 * @param {Pick<Settings, 'warmUpMs' | 'measureMs' | 'options'>} settings
 */
async function runOnce(broker, input, entry, round, { warmUpMs, measureMs, options }) {
  const loadAverage = os.loadavg()[0];
  const { brokers } = broker;
  const output = await broker.createTopic(`W9-${entry.name}`, PARTITIONS);
  const groupId = `bench-${entry.name}-${randomUUID()}`;
  const about = { workload: PIPELINE.id, peer: entry.name, round, loadAverage };
  try {
    /** @type {import('./pipeline-run.mjs').PipelineOrder} */
    const order = {
      peer: entry.name,
      brokers,
      input: input.topic,
      output,
      groupId,
      warmUpMs,
      measureMs,
      options: options[entry.name] ?? {},
    };
    const timeoutMs = warmUpMs + measureMs + RUN_GRACE_MS;
    const answer = await inFreshProcess('pipeline/pipeline-run.mjs', order, timeoutMs);
    const { result, error, output: written } = answer;
    if (!result) return { ...about, result: undefined, problem: `${error}\n${written}` };
    const wrong = await audit(brokers, groupId, input.topic, output);
    const isDry = result.committed >= input.perPartition * PARTITIONS;
    return { ...about, result, output: written, problem: wrong ?? (isDry ? 'THE INPUT RAN OUT.' : undefined) };
  } finally {
    await broker.deleteTopic(output);
  }
}

/** Outside of the measured time, when the peer has gone: every message the group has committed, held against every record that is visible. */
async function audit(brokers, groupId, input, output) {
  const offsets = await GroupOffsets.open(brokers, groupId, input);
  const audit = new Audit(await offsets.settled());
  offsets.close();
  await visitCommittedBatches(brokers, output, async (partition, chunk, header) => {
    for (const { key } of await decodeRecords(chunk, header)) audit.see(partition, placeOf(key.toString()));
  });
  return audit.verdict();
}

function progressLine({ peer, round, result, problem }, rounds) {
  const head = `${PIPELINE.id} round ${round}/${rounds}  ${peer.padEnd(20)}`;
  if (!result) return `${head} no result  !! ${problem?.slice(0, 300)}`;
  const failed = result.failures > 0 ? `  ${result.failures} failed: ${result.firstFailure?.slice(0, 120)}` : '';
  const wrong = problem === undefined ? '' : `  !! ${problem}`;
  return `${head}${decimal(result.messagesPerSecond, 0).padStart(9)} messages/s${failed}${wrong}`;
}

function pipelineTable(runs, entries) {
  const head = ['peer', 'messages/s', '[min..max]', 'CPU µs/msg', 'msgs/tx', 'RSS MB', 'failed', `${BASELINE} is`];
  const rows = entries.map(({ name }) => {
    const results = runs.filter((run) => run.peer === name && run.result).map(({ result }) => result);
    const spread = (metric) => spreadOf(results.map((result) => result[metric] ?? Number.NaN));
    const rate = spread('messagesPerSecond');
    if (!rate) return [name, 'no result'];
    const ratio = name === BASELINE ? undefined : ratioOf(runs, PIPELINE.id, BASELINE, name, 'messagesPerSecond');
    return [
      name,
      decimal(rate.median, 0),
      `[${decimal(rate.min, 0)}..${decimal(rate.max, 0)}]`,
      decimal(spread('cpuMicrosPerMessage')?.median, 0),
      decimal(spread('messagesPerUnit')?.median, 0),
      decimal(spread('maxRssMb')?.median, 0),
      decimal(
        results.reduce((sum, { failures }) => sum + failures, 0),
        0,
      ),
      ratio ? `${ratioText(ratio)}x` : '',
    ];
  });
  return `\n${PIPELINE.id} ${PIPELINE.title}\n${table([head, ...rows])}\n`;
}
