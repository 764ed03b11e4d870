import { parseArgs } from 'node:util';
import { EMBEDDED } from './embedded-runs.mjs';
import { MICRO } from './micro-runs.mjs';
import { peers } from './peers.mjs';
import { pipelinePeers } from './pipeline/pipeline-peers.mjs';
import { PIPELINE } from './pipeline/pipeline-runs.mjs';
import { parts } from './requests/parts.mjs';
import { REQUESTS } from './requests/request-runs.mjs';
import { CLUSTER_SIZES, scenarios } from './units/scenarios.mjs';
import { unitPeers } from './units/unit-peers.mjs';
import { UNITS } from './units/unit-runs.mjs';
import { workloads } from './workloads.mjs';

/** Left out unless named: each takes as long as all the others. */
const LONG = [UNITS, PIPELINE, REQUESTS];
const everything = [...workloads, MICRO, ...EMBEDDED, ...LONG];
const workloadNames = everything.map((workload) => workload.id);
/** Peers of several workloads have one name and one line. */
const everyPeer = [...new Map([...pipelinePeers, ...unitPeers, ...peers].map((peer) => [peer.name, peer])).values()];
const everyScenario = [...scenarios, ...parts].map(({ id }) => id);

const usage = `npm run bench -- [options]

  --workload W2,W3      workloads, comma-separated (default: all but ${LONG.map(({ id }) => id).join(', ')})
  --peers kafkajs,ours  peers, comma-separated (default: all but the optional ones)
  --rounds 5            every peer runs once per round
  --warm-up-ms 1500     not measured
  --measure-ms 2000
  --brokers host:port   a cluster of yours instead of a fresh Apache Kafka on this machine
  --options peer={…}    JSON laid over a peer's producer options; may be given more than once
  --nodes 1,3           W8: sizes of the cluster (default: both)
  --scenarios 100x2     W8: callers x records, or slow; W11: ${parts.map(({ id }) => id).join(' or ')}; comma-separated (default: all)
  --check               exit code 1 when a goal is missed or could not be measured
  --help

Workloads
${everything.map((workload) => `  ${workload.id.padEnd(20)}  ${workload.title}`).join('\n')}

Peers
${everyPeer.map((peer) => `  ${peer.name.padEnd(20)}  ${peer.what}${peer.optional ? ' (optional)' : ''}`).join('\n')}
`;

/**
 * @typedef {object} Settings
 * @property {string[]} workloadIds
 * @property {string[]} peerNames
 * @property {number} rounds
 * @property {number} warmUpMs
 * @property {number} measureMs
 * @property {string[] | undefined} brokers
 * @property {Record<string, Record<string, unknown>>} options by peer
 * @property {number[] | undefined} nodes
 * @property {string[] | undefined} scenarios
 * @property {boolean} check
 */

/**
 * Ends the process after `--help`.
 *
 * @param {string[]} args
 * @returns {Settings}
 * @throws {Error} naming the flag that is wrong
 */
export function parseSettings(args) {
  const { values } = parseArgs({
    args,
    options: {
      workload: {
        type: 'string',
        default: workloadNames.filter((id) => LONG.every((workload) => workload.id !== id)).join(','),
      },
      peers: {
        type: 'string',
        default: everyPeer
          .filter((peer) => !peer.optional)
          .map((peer) => peer.name)
          .join(','),
      },
      rounds: { type: 'string', default: '5' },
      'warm-up-ms': { type: 'string', default: '1500' },
      'measure-ms': { type: 'string', default: '2000' },
      brokers: { type: 'string' },
      nodes: { type: 'string' },
      scenarios: { type: 'string' },
      options: { type: 'string', multiple: true, default: [] },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return {
    workloadIds: chosen('--workload', values.workload.toUpperCase(), workloadNames),
    peerNames: chosen(
      '--peers',
      values.peers,
      everyPeer.map((peer) => peer.name),
    ),
    rounds: positive('--rounds', values.rounds),
    warmUpMs: positive('--warm-up-ms', values['warm-up-ms']),
    measureMs: positive('--measure-ms', values['measure-ms']),
    brokers: values.brokers === undefined ? undefined : list(values.brokers),
    options: Object.fromEntries(values.options.map(peerOptions)),
    nodes:
      values.nodes === undefined ? undefined : chosen('--nodes', values.nodes, CLUSTER_SIZES.map(String)).map(Number),
    scenarios: values.scenarios === undefined ? undefined : chosen('--scenarios', values.scenarios, everyScenario),
    check: values.check,
  };
}

/** @param {string} value */
function list(value) {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * @param {string} flag
 * @param {string} value
 * @param {string[]} known
 */
function chosen(flag, value, known) {
  const names = list(value);
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    throw new Error(`${flag}: ${unknown.join(', ') || 'nothing'} given, known are ${known.join(', ')}.`);
  }
  return [...new Set(names)];
}

/**
 * @param {string} flag
 * @param {string} value
 */
function positive(flag, value) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${flag}: ${value} given, a positive whole number is needed.`);
  return number;
}

/** @param {string} value */
function peerOptions(value) {
  const [, name, json] = /^([\w-]+)=(.+)$/s.exec(value) ?? [];
  if (!everyPeer.some((peer) => peer.name === name)) {
    throw new Error(`--options: ${value} given, <peer>={"option": value} with a known peer is needed.`);
  }
  return [name, JSON.parse(json)];
}
