import { setTimeout } from 'node:timers/promises';
import { EmbeddedKafka } from 'embedded-kafka';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { ConfigError } from '../config.js';
import { orderConfirmed, orderPlaced, orderRejected, stockReserved } from '../orders/order-topics.js';
import { UNREADABLE_ORDERS } from '../worker/create-worker.js';

export const ANSWER_TOPICS = [orderConfirmed.topic, orderRejected.topic];
/** What the demo shows. */
export const SHOWN_TOPICS = [orderPlaced.topic, stockReserved.topic, ...ANSWER_TOPICS];
const DEMO_TOPICS = [...SHOWN_TOPICS, UNREADABLE_ORDERS];
const PARTITIONS = 6;
const LEADERS_TIMEOUT_MS = 10_000;

export interface DemoKafka {
  readonly brokers: readonly string[];
  readonly description: string;
  /** A client that is not ours, to look at what was written. */
  readonly client: Kafka;
  close(): Promise<void>;
}

/** The cluster the demo writes to, with its topics in place. */
export async function openKafka(brokers: readonly string[] | undefined): Promise<DemoKafka> {
  if (brokers !== undefined) return openCluster(brokers);
  const cluster = await EmbeddedKafka.start({
    brokers: 3,
    topics: DEMO_TOPICS.map((name) => ({ name, partitions: PARTITIONS })),
    // Kafka looks every 10 s for transactions whose owner is gone. A demo that kills one should not take so long.
    transactionAbortIntervalMs: 1_000,
  });
  return {
    brokers: cluster.bootstrap,
    description: `an embedded cluster of 3 brokers (${cluster.bootstrap.join(', ')})`,
    client: clientFor(cluster.bootstrap),
    close: () => cluster.stop(),
  };
}

async function openCluster(brokers: readonly string[]): Promise<DemoKafka> {
  const client = clientFor(brokers);
  const admin = client.admin();
  try {
    await admin.connect();
    await createMissingTopics(admin);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `The Kafka cluster at ${brokers.join(', ')} cannot be used: ${reason}\nCheck the address and that the brokers can be reached from here. Without --brokers the demo brings its own cluster.`,
      { cause: error },
    );
  } finally {
    await admin.disconnect();
  }
  return { brokers, description: `the cluster at ${brokers.join(', ')}`, client, close: () => Promise.resolve() };
}

async function createMissingTopics(admin: Admin): Promise<void> {
  const present = new Set(await admin.listTopics());
  const missing = DEMO_TOPICS.filter((topic) => !present.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({
    // The cluster's own default for the replicas: one broker cannot hold three.
    topics: missing.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: -1 })),
  });
  // kafkajs' own waiting gives up on a broker that does not know the new topic yet.
  const deadline = Date.now() + LEADERS_TIMEOUT_MS;
  while (!(await areLed(admin, missing))) {
    if (Date.now() > deadline) throw new Error(`the topics ${missing.join(', ')} were created and got no leader`);
    await setTimeout(100);
  }
}

/** Their leaders know that they are: for a moment they refuse what the rest of the cluster already asks them for. */
async function areLed(admin: Admin, topics: readonly string[]): Promise<boolean> {
  try {
    await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    return true;
  } catch {
    return false;
  }
}

function clientFor(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'order-service-demo',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    retry: { retries: 3, initialRetryTime: 200 },
  });
}
