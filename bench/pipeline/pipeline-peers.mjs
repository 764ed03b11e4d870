import { POOL_SIZE } from '../units/unit-peers.mjs';

/**
 * Who takes part in W9.
 *
 * @typedef {object} PipelinePeerEntry
 * @property {string} name as given to `--peers`
 * @property {string} what
 * @property {string} file module with `connect()`, relative to this file
 * @property {string} packageName
 * @property {'workspace' | 'confluent' | 'build'} needs
 * @property {number} messagesPerUnit at most; Infinity: what the client hands over as a batch
 * @property {number} producers transactional ones, each of which has one unit at a time; 0: the peer sees to it itself
 */

/**
 * What `connect()` of a peer resolves to: it consumes already.
 *
 * @typedef {object} Pipeline
 * @property {() => { units: number, failures: number, firstFailure?: string }} [counts] so far, where the peer can tell
 * @property {() => Promise<void>} stop ends what is under way and leaves the group
 */

/**
 * @typedef {object} PipelineSettings
 * @property {string[]} brokers
 * @property {string} input topic that is full already, read from its beginning
 * @property {string} output topic of as many partitions, chosen by key
 * @property {string} groupId
 * @property {number} messagesPerUnit
 * @property {number} producers
 * @property {Record<string, unknown>} options from `--options <peer>={…}`, over the peer's own
 */

/** As in `maxMessagesPerUnit`. */
export const UNIT_SIZES = [1, 20, 100, 500];

/** @type {readonly PipelinePeerEntry[]} */
export const pipelinePeers = [
  ...others('kafkajs', 'kafkajs', '../peers/pipeline-kafkajs.mjs', 'workspace'),
  ...others('confluent', '@confluentinc/kafka-javascript', '../peers/pipeline-confluent.mjs', 'confluent'),
  ...UNIT_SIZES.map((messagesPerUnit) => ({
    name: oursOf(messagesPerUnit),
    what: `ExactlyOnceKafkaServer of a Nest microservice, maxMessagesPerUnit ${messagesPerUnit}`,
    file: '../peers/pipeline-ours.mjs',
    packageName: 'nestjs-kafka-producer',
    needs: /** @type {const} */ ('build'),
    messagesPerUnit,
    producers: 0,
  })),
];

/** @param {number} messagesPerUnit */
export function oursOf(messagesPerUnit) {
  return `ours-per-${messagesPerUnit}`;
}

/**
 * @param {string} name
 * @param {string} packageName
 * @param {string} file
 * @param {PipelinePeerEntry['needs']} needs
 * @returns {PipelinePeerEntry[]}
 */
function others(name, packageName, file, needs) {
  const shared = { file, packageName, needs };
  return [1, POOL_SIZE].flatMap((producers) => {
    const who = producers === 1 ? name : `${name}-${producers}`;
    const by = producers === 1 ? 'one transactional producer' : `${producers} transactional producers in a pool`;
    return [
      { ...shared, name: who, what: `${packageName}, a transaction per message, ${by}`, messagesPerUnit: 1, producers },
      {
        ...shared,
        name: `${who}-per-100`,
        what: `${packageName}, a transaction per 100 messages of a batch, ${by}`,
        messagesPerUnit: 100,
        producers,
      },
      {
        ...shared,
        name: `${who}-batch`,
        what: `${packageName}, a transaction per batch as the consumer gets it, ${by}`,
        messagesPerUnit: Infinity,
        producers,
      },
    ];
  });
}
