// @ts-check
import { Kafka, logLevel } from 'kafkajs';

/** @typedef {{ name: string, partitions?: number, replicationFactor?: number, configs?: Readonly<Record<string, string>> }} NewTopic */

/**
 * Creates a topic and waits until its partitions have leaders. Through kafkajs: a command line tool would cost a JVM each time.
 *
 * @param {readonly string[]} bootstrap
 * @param {NewTopic} topic   `partitions` 1, `replicationFactor` the cluster's default when left out
 */
export async function createTopic(bootstrap, { name, partitions = 1, replicationFactor = -1, configs = {} }) {
  const admin = new Kafka({ clientId: 'launcher', brokers: [...bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
    const topics = [{ topic: name, numPartitions: partitions, replicationFactor, configEntries }];
    await admin.createTopics({ waitForLeaders: true, topics });
  } finally {
    await admin.disconnect();
  }
}
