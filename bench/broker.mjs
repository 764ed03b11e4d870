import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const SETTLE_MS = 300;
/** Those of Kafka's own start script; the launcher's own are for a quick start and leave out the optimising compiler. */
const JVM_ARGS = [
  '-Xms1g',
  '-Xmx1g',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
];

/**
 * The cluster under the load, with one fresh topic per run.
 *
 * Topics are deleted right after their run, and on a broker of our own their files a second later instead of a minute: else the page cache
 * would be written back to disk while somebody else is measured.
 */
export class Broker {
  #admin;
  #stop;

  /**
   * @param {string[]} brokers
   * @param {string} description for the results file
   * @param {() => Promise<void>} stop
   */
  constructor(brokers, description, stop) {
    this.brokers = brokers;
    this.description = description;
    this.#stop = stop;
    this.#admin = new kafkajs.Kafka({ clientId: 'bench-admin', brokers, logLevel: kafkajs.logLevel.ERROR }).admin();
  }

  /**
   * @param {string[] | undefined} brokers a cluster that is there already; also from the environment's KAFKA_BROKERS
   * @param {(line: string) => void} say
   * @param {1 | 3} nodes of a cluster started here
   */
  static async open(brokers, say, nodes = 1) {
    const given = brokers ?? process.env.KAFKA_BROKERS?.split(',');
    if (given) return Broker.#connected(new Broker(given, `given: ${given.join(',')}`, async () => {}));
    say('Starting Apache Kafka …');
    const { startApacheKafka } = await import('../test/apache-kafka/launcher.mjs');
    const kafka = await startApacheKafka({
      nodes,
      serverProperties: { 'log.segment.delete.delay.ms': '1000' },
      jvmArgs: JVM_ARGS,
    });
    return Broker.#connected(
      new Broker(
        [...kafka.bootstrap],
        `Apache Kafka, ${nodes === 1 ? 'one node' : `${nodes} nodes`}, on this machine`,
        () => kafka.stop(),
      ),
    );
  }

  /**
   * An embedded broker in another process, that every request needs so many milliseconds to reach.
   *
   * @param {number} delayMs
   */
  static async openDelayed(delayMs) {
    const process = fork(new URL('embedded-broker.mjs', import.meta.url), [JSON.stringify({ delayMs })]);
    const [{ bootstrap }] = await once(process, 'message');
    const stop = async () => void process.kill();
    return Broker.#connected(new Broker(bootstrap, `embedded-kafka, one broker, ${delayMs} ms away`, stop));
  }

  /** @param {Broker} broker */
  static async #connected(broker) {
    await broker.#admin.connect();
    return broker;
  }

  /**
   * @param {string} label part of its name
   * @param {number} numPartitions
   * @param {number} replicationFactor
   * @returns {Promise<string>} the topic, with a leader for every partition
   */
  async createTopic(label, numPartitions, replicationFactor = 1) {
    const topic = `bench-${label}-${randomBytes(4).toString('hex')}`;
    await this.#admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor }], waitForLeaders: true });
    return topic;
  }

  /**
   * @param {string} topic
   * @returns {Promise<number>} records in its log, by the offsets the broker lists
   */
  async countRecords(topic) {
    const offsets = await this.#admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, partition) => sum + Number(partition.high) - Number(partition.low), 0);
  }

  /** @param {string} topic */
  async deleteTopic(topic) {
    await this.#admin.deleteTopics({ topics: [topic] });
    await sleep(SETTLE_MS);
  }

  async close() {
    await this.#admin.disconnect();
    await this.#stop();
  }
}

/**
 * @param {Broker} broker closed afterwards, also when interrupted
 * @param {(broker: Broker) => Promise<void>} work
 */
export async function withBroker(broker, work) {
  const interrupted = () => void broker.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await work(broker);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await broker.close();
  }
}
