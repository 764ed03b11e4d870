import { Broker, withBroker } from '../broker.mjs';
import { Forked } from '../forked.mjs';
import { judge } from '../goals.mjs';
import { describeMachine } from '../machine.mjs';
import { prepare } from '../prepare.mjs';
import { decimal, goalTable, problemList, ratioText, table, writeResults } from '../report.mjs';
import { ratioOf, rotated, spreadOf } from '../statistics.mjs';
import { MeasuredServer } from './measured-server.mjs';
import { partOf, parts } from './parts.mjs';

export const REQUESTS = { id: 'W11', title: 'request scope: HTTP requests/s with and without' };

/** Of a round. Neighbours in time are compared: what else the machine does hits all variants alike. */
const SLICES = 10;

/**
 * @typedef {import('../arguments.mjs').Settings} Settings
 * @typedef {(line: string) => void} Say
 */

/**
 * W11: in each round an application per variant, all in processes of their own, which get requests in turn.
 *
 * @param {Settings} settings
 * @param {Say} say
 * @returns {Promise<'met' | 'missed' | 'wrong'>} wrong: some request was not answered with 200, or its records are not in Kafka
 */
export async function requestRuns(settings, say) {
  prepare([{ needs: 'build' }], say);
  const chosen = parts.filter(({ id }) => settings.scenarios?.includes(id) ?? true);
  const runs = [];
  for (const part of chosen) {
    const rounds = async (broker) => void runs.push(...(await runPart(part, broker, settings, say)));
    if (part.brokerDelayMs !== undefined) await withBroker(await Broker.openDelayed(part.brokerDelayMs), rounds);
    else if (part.needsBroker) await withBroker(await Broker.open(settings.brokers, say), rounds);
    else await rounds(undefined);
  }
  const verdicts = [];
  for (const { id, title, variants } of chosen) {
    const names = variants.map(({ name }) => name);
    say(partTable(runs, partOf(id), title, names));
    verdicts.push(...judge(runs, [partOf(id)], names, ratioOf));
  }
  say(goalTable(verdicts));
  say(problemList(runs));
  const machine = describeMachine('Apache Kafka, on this machine', [
    { name: 'ours', packageName: 'nestjs-kafka-producer' },
    { name: 'nest', packageName: '@nestjs/core' },
  ]);
  await writeResults({ machine, settings, verdicts, runs }, REQUESTS.id);
  if (runs.some((run) => run.problem !== undefined)) return 'wrong';
  return verdicts.every(({ outcome }) => outcome === 'met') ? 'met' : 'missed';
}

/**
 * @param {import('./parts.mjs').Part} part
 * @param {Broker | undefined} broker
 * @param {Settings} settings
 * @param {Say} say
 */
async function runPart(part, broker, settings, say) {
  const runs = [];
  for (let round = 1; round <= settings.rounds; round++) {
    for (const run of await runRound(part, broker, round, settings)) {
      runs.push(run);
      const rate = run.result && decimal(run.result.requestsPerSecond, 0).padStart(9);
      const head = `${run.workload} round ${round}/${settings.rounds}  ${run.peer.padEnd(20)}`;
      say(`${head}${rate ?? ' no result'} requests/s${run.problem === undefined ? '' : `  !! ${run.problem}`}`);
    }
  }
  return runs;
}

/** @returns {Promise<object[]>} a run per variant */
async function runRound(part, broker, round, { warmUpMs, measureMs }) {
  const load = await Forked.start(new URL('load-process.mjs', import.meta.url));
  const servers = [];
  try {
    for (const variant of rotated(part.variants, round - 1)) servers.push(await MeasuredServer.start(variant, broker));
    for (const server of servers) await server.warmUp(load.process, warmUpMs);
    for (let slice = 0; slice < SLICES; slice++)
      for (const server of rotated(servers, slice)) await server.takeSlice(load.process, measureMs / SLICES, true);
    load.process.kill();
    const runs = [];
    for (const server of servers) runs.push({ workload: partOf(part.id), round, ...(await server.end(broker)) });
    return runs;
  } finally {
    load.process.kill();
    for (const server of servers) server.kill();
  }
}

function partTable(runs, workload, title, names) {
  const baseline = names[0];
  const head = ['', 'requests/s', '[min..max]', 'CPU µs/req', 'p50 ms', 'p99 ms', 'rec/req', 'RSS MB'];
  const rows = names.map((name) => {
    const results = runs.filter((run) => run.workload === workload && run.peer === name).map(({ result }) => result);
    const spread = (metric) => spreadOf(results.map((result) => result?.[metric] ?? Number.NaN));
    const ratio = (metric) => (name === baseline ? undefined : ratioOf(runs, workload, name, baseline, metric));
    const rate = spread('requestsPerSecond');
    return [
      name,
      decimal(rate?.median, 0),
      rate ? `[${decimal(rate.min, 0)}..${decimal(rate.max, 0)}]` : '',
      decimal(spread('cpuMicrosPerRequest')?.median, 0),
      decimal(spread('p50Ms')?.median, 2),
      decimal(spread('p99Ms')?.median, 2),
      decimal(spread('recordsPerRequest')?.median, 1),
      decimal(spread('maxRssMb')?.median, 0),
      ...['requestsPerSecond', 'cpuMicrosPerRequest'].map((metric) => {
        const of = ratio(metric);
        return of ? ratioText(of) : '';
      }),
    ];
  });
  const shares = [`requests/s of ${baseline}'s`, `CPU of ${baseline}'s`];
  return `\n${workload} ${title}\n${table([[...head, ...shares], ...rows])}\n`;
}
