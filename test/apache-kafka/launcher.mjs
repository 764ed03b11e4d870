// @ts-check
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTopic } from './admin.mjs';
import { freePorts } from './free-ports.mjs';
import { QUICK_JVM, runJava } from './java-process.mjs';
import { KafkaNode } from './node.mjs';
import { serverProperties } from './server-properties.mjs';
import { selfSignedCertificate } from './tls.mjs';

export { javaMissing, kafkaLibs } from './maven.mjs';
export { runJava } from './java-process.mjs';

/** @typedef {import('./server-properties.mjs').ListenerName} ListenerName */
/**
 * @typedef {object} StartOptions
 * @property {1 | 3} [nodes]   three: replication factor 3, min.insync.replicas 2
 * @property {Readonly<Record<string, string>>} [serverProperties]   win over the launcher's own
 * @property {{ users: readonly import('./server-properties.mjs').SaslUser[] }} [sasl]   adds a listener with PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER
 * @property {boolean} [tls]   adds a listener with a self-signed certificate; together with `sasl` one more with both
 * @property {readonly number[]} [proxyPorts]   of proxies, one for each node: adds a listener that is advertised there; `bootstrapOf('BEHIND_PROXY')` is where they find it
 * @property {boolean} [own]   a cluster of one's own although `KAFKA_BROKERS` names one, to pause or kill its nodes
 * @property {Readonly<Record<string, number>>} [features]   levels the storage is formatted with, such as `{ 'transaction.version': 1 }`; also makes the cluster one's own
 * @property {string} [kafkaVersion]   another one than the pom's; also makes the cluster one's own
 * @property {readonly string[]} [jvmArgs]   instead of the flags for a quick start; benchmarks want the optimising compiler
 */
/**
 * A running cluster. `bootstrap` is the listener without TLS and SASL.
 *
 * @typedef {object} ApacheKafka
 * @property {readonly string[]} bootstrap
 * @property {(listener: ListenerName) => string[]} bootstrapOf
 * @property {string | undefined} ca   certificate of the TLS listeners, PEM
 * @property {string | undefined} dataDir   folder of everything the cluster writes; removed by `stop`
 * @property {(topic: import('./admin.mjs').NewTopic) => Promise<void>} createTopic
 * @property {(id: number) => KafkaNode} node   by Kafka's `node.id`, from 1
 * @property {typeof runJava} run   a class (`org.apache.kafka.tools.consumer.ConsoleConsumer`) or a single-file program (`…/Dump.java`), on Kafka's class path
 * @property {() => Promise<void>} stop
 */

const START_ATTEMPTS = 3;
const PORT_TAKEN = /BindException|Address already in use/;

/**
 * Starts Apache Kafka in a temporary folder, or uses the cluster named by `KAFKA_BROKERS` (host:port,…), unless three nodes, SASL, TLS, proxies, a
 * version or `own` are asked for: nobody knows whether that cluster has them, and its nodes are not ours to kill.
 *
 * Takes about five seconds. The brokers never outlive this process.
 *
 * @param {StartOptions} [options]
 * @returns {Promise<ApacheKafka>}
 */
export async function startApacheKafka(options = {}) {
  const given = process.env['KAFKA_BROKERS'];
  const anyClusterWillDo =
    options.nodes !== 3 &&
    !options.sasl &&
    !options.tls &&
    !options.proxyPorts &&
    !options.own &&
    !options.features &&
    options.kafkaVersion === undefined;
  if (given && anyClusterWillDo) return useApacheKafka(given.split(',').map((it) => it.trim()));
  for (let attempt = 1; ; attempt++) {
    try {
      return await startCluster(options);
    } catch (error) {
      if (attempt === START_ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

/**
 * A handle for a cluster that somebody else started and will stop.
 *
 * @param {readonly string[]} bootstrap
 * @returns {ApacheKafka}
 */
export function useApacheKafka(bootstrap) {
  const notOurs = () => {
    throw new Error(
      `the cluster at ${bootstrap.join(',')} was not started here: only its plain listener is known, and its nodes are not to be touched`,
    );
  };
  return {
    bootstrap,
    bootstrapOf: (listener) => (listener === 'PLAINTEXT' ? [...bootstrap] : notOurs()),
    ca: undefined,
    dataDir: undefined,
    createTopic: (topic) => createTopic(bootstrap, topic),
    node: notOurs,
    run: runJava,
    stop: async () => {},
  };
}

/** @param {StartOptions} options @returns {Promise<ApacheKafka>} */
async function startCluster(options) {
  const dataDir = await mkdtemp(join(tmpdir(), 'apache-kafka-'));
  const certificate = options.tls ? await selfSignedCertificate(dataDir) : undefined;
  const plan = { nodes: await planNodes(dataDir, options), sasl: options.sasl, keystore: certificate?.keystore };
  const jvmArgs = ['-Xmx512m', ...(options.jvmArgs ?? QUICK_JVM)];
  const { kafkaVersion } = options;
  const nodes = plan.nodes.map(
    ({ id, folder }) => new KafkaNode(id, folder, { jvmArgs, clusterFolder: dataDir, kafkaVersion }),
  );
  const stop = async () => {
    await Promise.all(nodes.map((it) => it.kill()));
    await rm(dataDir, { recursive: true, force: true });
  };
  const clusterId = randomBytes(16).toString('base64url');
  const scramUsers = (options.sasl?.users ?? []).flatMap(scramCredentials);
  const features = Object.entries(options.features ?? {}).map(([name, level]) => `${name}=${level}`);
  try {
    await everyNode(plan.nodes, async (node, index) =>
      nodes[index]?.format(serverProperties(plan, node, options.serverProperties ?? {}), clusterId, {
        scramUsers,
        features,
      }),
    );
    await everyNode(nodes, (node) => node.start());
  } catch (error) {
    await stop();
    throw error;
  }
  /** @param {ListenerName} listener */
  const bootstrapOf = (listener) => plan.nodes.flatMap(({ ports }) => addressOf(ports.get(listener)));
  const bootstrap = bootstrapOf('PLAINTEXT');
  return {
    ...useApacheKafka(bootstrap),
    bootstrapOf,
    ca: certificate?.ca,
    dataDir,
    node: (id) => nodes.find((it) => it.id === id) ?? noSuchNode(id),
    stop,
  };
}

/** @param {string} dataDir @param {StartOptions} options @returns {Promise<import('./server-properties.mjs').NodePlan[]>} */
async function planNodes(dataDir, { nodes = 1, sasl, tls, proxyPorts }) {
  /** @type {ListenerName[]} */
  const listeners = ['PLAINTEXT'];
  if (sasl) listeners.push('SASL_PLAINTEXT');
  if (tls) listeners.push('SSL');
  if (sasl && tls) listeners.push('SASL_SSL');
  if (proxyPorts) listeners.push('BEHIND_PROXY');
  const free = await freePorts(nodes * (listeners.length + 1));
  const next = () => free.pop() ?? 0;
  return Array.from({ length: nodes }, (_, index) => ({
    id: index + 1,
    folder: join(dataDir, `node-${index + 1}`),
    controllerPort: next(),
    ports: new Map(listeners.map((listener) => [listener, next()])),
    proxyPort: proxyPorts?.[index],
  }));
}

/**
 * Waits for all before it fails: what was started must be stopped.
 *
 * @template T
 * @param {readonly T[]} nodes
 * @param {(node: T, index: number) => Promise<unknown>} work
 */
async function everyNode(nodes, work) {
  const results = await Promise.allSettled(nodes.map(work));
  const failed = results.find((it) => it.status === 'rejected');
  if (failed) throw failed.reason;
}

/** @param {import('./server-properties.mjs').SaslUser} user */
function scramCredentials({ username, password }) {
  return ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((it) => `${it}=[name=${username},password=${password}]`);
}

/** @param {number | undefined} port */
function addressOf(port) {
  return port === undefined ? [] : [`127.0.0.1:${port}`];
}

/** @param {number} id @returns {never} */
function noSuchNode(id) {
  throw new Error(`this cluster has no node ${id}`);
}
