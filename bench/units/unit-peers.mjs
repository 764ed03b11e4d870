/**
 * Who takes part in W8.
 *
 * @typedef {object} UnitPeerEntry
 * @property {string} name as given to `--peers`
 * @property {string} what
 * @property {string} file module with `connect()`, relative to this file
 * @property {string} packageName
 * @property {'workspace' | 'bench' | 'confluent' | 'build'} needs
 * @property {number} producers transactional ones, each of which has one unit at a time; 0: the peer sees to it itself
 * @property {Record<string, unknown>} [options]
 */

/**
 * What `connect()` of a peer resolves to.
 *
 * @typedef {object} UnitPeer
 * @property {(key: string, value: Buffer) => object} record
 * @property {(body: (send: (records: object[]) => Promise<unknown>) => Promise<void>) => Promise<boolean>} unit resolves when what the body sent is
 * committed; with false when the body was not run because there is no producer any more
 * @property {() => void} stop units that wait for a producer do not get one
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} UnitPeerSettings
 * @property {string[]} brokers
 * @property {string} topic
 * @property {number} producers
 * @property {Record<string, unknown>} options from `--options <peer>={…}`, over the peer's own
 */

export const POOL_SIZE = 20;

/** Callers above which one producer is left out: all but the one would only wait longer. */
export const MAX_CALLERS_OF_ONE_PRODUCER = 20;

/** @type {readonly UnitPeerEntry[]} */
export const unitPeers = [
  ...pair('kafkajs', 'kafkajs', '../peers/units-kafkajs.mjs', 'kafkajs', 'workspace'),
  ...pair('platformatic', '@platformatic/kafka', '../peers/units-platformatic.mjs', '@platformatic/kafka', 'bench'),
  ...pair(
    'confluent',
    '@confluentinc/kafka-javascript',
    '../peers/units-confluent.mjs',
    '@confluentinc/kafka-javascript',
    'confluent',
  ),
  {
    name: 'ours',
    what: '`producer.transaction()` in a Nest application context, default options',
    file: '../peers/units-ours.mjs',
    packageName: 'nestjs-kafka-producer',
    needs: 'build',
    producers: 0,
  },
];

/**
 * @param {string} name
 * @param {string} what
 * @param {string} file
 * @param {string} packageName
 * @param {UnitPeerEntry['needs']} needs
 * @returns {UnitPeerEntry[]}
 */
function pair(name, what, file, packageName, needs) {
  const shared = { file, packageName, needs };
  return [
    { ...shared, name, what: `${what}, one transactional producer, units one after the other`, producers: 1 },
    {
      ...shared,
      name: `${name}-${POOL_SIZE}`,
      what: `${what}, ${POOL_SIZE} transactional producers in a pool`,
      producers: POOL_SIZE,
    },
  ];
}
