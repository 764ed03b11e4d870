// @ts-check
import { join } from 'node:path';
import { KEYSTORE_PASSWORD } from './tls.mjs';

/** @typedef {{ username: string, password: string }} SaslUser */
/** @typedef {'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'BEHIND_PROXY'} ListenerName   BEHIND_PROXY: without TLS and SASL, advertised at the port of a proxy */
/** @typedef {{ id: number, folder: string, controllerPort: number, ports: ReadonlyMap<ListenerName, number>, proxyPort?: number | undefined }} NodePlan */
/** @typedef {{ nodes: readonly NodePlan[], sasl?: { users: readonly SaslUser[] } | undefined, keystore?: string | undefined }} ClusterPlan */

/**
 * `server.properties` of one node: broker and controller in one process.
 *
 * @param {ClusterPlan} cluster
 * @param {NodePlan} node
 * @param {Readonly<Record<string, string>>} overrides
 */
export function serverProperties(cluster, node, overrides) {
  /** @type {Record<string, string>} */
  const properties = {
    ...identity(cluster, node),
    ...replication(cluster.nodes.length),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'log.retention.ms': '-1',
    // Kafka's 9 s is what every failover in a test would have to wait for.
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '500',
    ...(cluster.sasl ? sasl(cluster.sasl.users, [...node.ports.keys()]) : {}),
    ...(cluster.keystore ? tls(cluster.keystore) : {}),
    ...overrides,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** @param {ClusterPlan} cluster @param {NodePlan} node */
function identity(cluster, node) {
  const listeners = [...node.ports].map(([name, port]) => `${name}://127.0.0.1:${port}`);
  const advertised = [...node.ports].map(
    ([name, port]) => `${name}://127.0.0.1:${name === 'BEHIND_PROXY' ? node.proxyPort : port}`,
  );
  const security = [...node.ports.keys()].map((name) => `${name}:${name === 'BEHIND_PROXY' ? 'PLAINTEXT' : name}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': cluster.nodes.map((it) => `${it.id}@127.0.0.1:${it.controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${node.controllerPort}`].join(','),
    'advertised.listeners': advertised.join(','),
    'listener.security.protocol.map': [...security, 'CONTROLLER:PLAINTEXT'].join(','),
    'log.dirs': join(node.folder, 'data'),
  };
}

/** @param {number} nodes */
function replication(nodes) {
  const factor = String(nodes);
  const inSync = String(nodes > 1 ? 2 : 1);
  return {
    'default.replication.factor': factor,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': factor,
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': '3',
  };
}

/** @param {readonly SaslUser[]} users @param {readonly ListenerName[]} names */
function sasl(users, names) {
  const security = 'org.apache.kafka.common.security';
  const plainUsers = users.map(({ username, password }) => `user_${username}="${password}"`).join(' ');
  const logins = {
    plain: `${security}.plain.PlainLoginModule required ${plainUsers};`,
    'scram-sha-256': `${security}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${security}.scram.ScramLoginModule required;`,
    // Kafka's development mode of OAUTHBEARER: takes any unsigned token that has not expired.
    oauthbearer: `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
  /** @type {Record<string, string>} */
  const properties = { 'sasl.enabled.mechanisms': Object.keys(logins).join(',').toUpperCase() };
  for (const name of names.filter((it) => it.startsWith('SASL'))) {
    for (const [mechanism, login] of Object.entries(logins)) {
      properties[`listener.name.${name.toLowerCase()}.${mechanism}.sasl.jaas.config`] = login;
    }
  }
  return properties;
}

/** @param {string} keystore */
function tls(keystore) {
  return {
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keystore,
    'ssl.keystore.password': KEYSTORE_PASSWORD,
    'ssl.key.password': KEYSTORE_PASSWORD,
  };
}
