/**
 * Who takes part. Packages that the workspace has anyway (kafkajs, Nest, ours) resolve from the root's node_modules, so that the product and
 * the application that hosts it share one copy of Nest; only the others are installed in `bench/node_modules`.
 *
 * @typedef {object} PeerEntry
 * @property {string} name as given to `--peers`
 * @property {string} what one line for the help text and the results file
 * @property {string} file module with `connect()`, relative to this file
 * @property {string} packageName whose version is reported
 * @property {('W1' | 'W2' | 'W3' | 'W4' | 'W5')[]} workloads those the peer has an answer to
 * @property {'workspace' | 'bench' | 'confluent' | 'build'} needs what must be prepared before it can run
 * @property {Record<string, unknown>} [options] producer options that make it this peer and not another of the same module
 * @property {boolean} [optional] left out unless named
 */

/**
 * What `connect()` of a peer resolves to. Every peer makes the record in the shape its own users write, from the same three parts.
 *
 * @template R
 * @typedef {object} Peer
 * @property {(value: Buffer | object, key: string | undefined, headers: Record<string, string> | undefined) => R} record
 * @property {(record: R) => Promise<unknown>} send resolves when the record is acknowledged
 * @property {(records: R[]) => Promise<unknown>} [sendAll] resolves when all are acknowledged
 * @property {() => number | undefined} [requests] produce requests written so far, where the client can tell
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} PeerSettings
 * @property {string[]} brokers
 * @property {string} topic
 * @property {import('./workloads.mjs').Workload} workload
 * @property {Record<string, unknown>} options from `--options <peer>={…}`, over the peer's own
 */

const everyWorkload = /** @type {PeerEntry['workloads']} */ (['W1', 'W2', 'W3', 'W4']);

/** @type {readonly PeerEntry[]} */
export const peers = [
  {
    name: 'kafkajs',
    what: 'kafkajs, one `producer.send` per record (W4: per 1,000)',
    file: './peers/kafkajs.mjs',
    packageName: 'kafkajs',
    workloads: everyWorkload,
    needs: 'workspace',
  },
  {
    name: 'kafkajs-acc',
    what: 'kafkajs behind a 15-line accumulator, the "why not do it yourself" row',
    file: './peers/kafkajs-accumulator.mjs',
    packageName: 'kafkajs',
    workloads: ['W1', 'W2', 'W3'],
    needs: 'workspace',
  },
  {
    name: 'nest-emit',
    what: '`ClientKafka.emit` (W4: `emitBatch`), what Nest users have today',
    file: './peers/nest-emit.mjs',
    packageName: '@nestjs/microservices',
    workloads: everyWorkload,
    needs: 'workspace',
  },
  {
    name: 'platformatic',
    what: '@platformatic/kafka, `producer.send`',
    file: './peers/platformatic.mjs',
    packageName: '@platformatic/kafka',
    workloads: everyWorkload,
    needs: 'bench',
  },
  {
    name: 'platformatic-stream',
    what: '@platformatic/kafka, `producer.asStream` tuned for this load',
    file: './peers/platformatic-stream.mjs',
    packageName: '@platformatic/kafka',
    workloads: ['W2', 'W3'],
    needs: 'bench',
  },
  {
    name: 'confluent',
    what: '@confluentinc/kafka-javascript on librdkafka, promises through its KafkaJS interface',
    file: './peers/confluent.mjs',
    packageName: '@confluentinc/kafka-javascript',
    workloads: everyWorkload,
    needs: 'confluent',
  },
  {
    name: 'kafkajs-idempotent',
    what: 'kafkajs with `idempotent: true`, one `producer.send` per record',
    file: './peers/kafkajs.mjs',
    packageName: 'kafkajs',
    workloads: ['W5'],
    needs: 'workspace',
    options: { idempotent: true },
  },
  {
    name: 'ours',
    what: 'KafkaProducerService in a Nest application context, default options, idempotence on',
    file: './peers/ours.mjs',
    packageName: 'nestjs-kafka-producer',
    workloads: [...everyWorkload, 'W5'],
    needs: 'build',
  },
  {
    name: 'ours-plain',
    what: 'ours with `enableIdempotence: false`: what safety costs',
    file: './peers/ours.mjs',
    packageName: 'nestjs-kafka-producer',
    workloads: ['W2', 'W4', 'W5'],
    needs: 'build',
    options: { enableIdempotence: false },
  },
  {
    name: 'ours-1',
    what: 'ours with `maxInFlightRequestsPerConnection: 1`: what pipelining brings',
    file: './peers/ours.mjs',
    packageName: 'nestjs-kafka-producer',
    workloads: ['W5'],
    needs: 'build',
    options: { maxInFlightRequestsPerConnection: 1 },
  },
  {
    name: 'ours-emit',
    what: 'an @Emit method of a provider in the same application context',
    file: './peers/ours-emit.mjs',
    packageName: 'nestjs-kafka-producer',
    workloads: everyWorkload,
    needs: 'build',
    optional: true,
  },
];
