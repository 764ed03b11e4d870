// @ts-check
import { setTimeout } from 'node:timers/promises';

import { Kafka, logLevel } from 'kafkajs';

/** @typedef {{ name: string, partitions?: number, replicationFactor?: number, configs?: Readonly<Record<string, string>> }} NewTopic */

const POLL_MS = 20;

/**
 * Creates a topic and waits until its partitions have leaders that serve them. Through kafkajs: a command line tool would cost a JVM each time.
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
    // kafkajs' own `waitForLeaders` gives up when a broker has not heard of the topic yet.
    await admin.createTopics({ waitForLeaders: false, topics });
    while (!(await isServed(admin, name, partitions))) await setTimeout(POLL_MS);
  } finally {
    await admin.disconnect();
  }
}

/** @param {import('kafkajs').Admin} admin @param {string} topic @param {number} partitions */
async function isServed(admin, topic, partitions) {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const known = topics[0]?.partitions ?? [];
    if (known.length !== partitions || known.some(({ leader }) => leader < 0)) return false;
    await admin.fetchTopicOffsets(topic);
    return true;
  } catch {
    return false; // the broker we asked has not heard of it yet, or a leader not that it is one
  }
}
