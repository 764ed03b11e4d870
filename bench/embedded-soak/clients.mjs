/**
 * The clients of a soak, in a process of its own: they live for some seconds, or until they are killed. Its arguments are the brokers, the seed and
 * the seconds; it tells its parent every second what was done since, so that a killed one has told it too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { randomFrom } from './random.mjs';
import { CONFIGS, STABLE } from './topics.mjs';

const GROUPS = ['g-0', 'g-1', 'g-2'];
const MAX_PASSING_TOPICS = 5;
const MAX_TOPICS = 12;
/** How long brokers remember a client that was killed: its transaction, its place in a group. */
const TRANSACTION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 10_000;
const REPORT_MS = 1_000;

/** Clients of every kind, each in a loop of its own, all choices from one seed. */
class Clients {
  #counts = { sent: 0, read: 0, txn: 0, made: 0 };
  /** How often they were told of which error: brokers go down here. */
  #errors = new Map();
  #client;
  #random;
  #isRunning = true;
  /** @type {Promise<void>[]} */
  #loops = [];
  /** @type {string[]} */
  #passing = [];
  #sequence = 0;

  /**
   * @param {string[]} brokers
   * @param {number} seed
   */
  constructor(brokers, seed) {
    this.#random = randomFrom(seed);
    this.#client = new kafkajs.Kafka({
      clientId: 'soak',
      brokers,
      logLevel: kafkajs.logLevel.NOTHING,
      requestTimeout: 5000,
      retry: { initialRetryTime: 30, maxRetryTime: 500, retries: 8 },
    });
  }

  start() {
    this.#loop(() => this.#produce({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner }));
    this.#loop(() => this.#produce({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, idempotent: true }));
    this.#loop(() => this.#transact());
    for (let index = 0; index < 4; index++) this.#loop(() => this.#consume());
    this.#loop(() => this.#administer());
  }

  async stop() {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  /** What was done since this was asked last. */
  take() {
    const taken = { counts: this.#counts, errors: [...this.#errors] };
    this.#counts = { sent: 0, read: 0, txn: 0, made: 0 };
    this.#errors = new Map();
    return taken;
  }

  /** @param {() => Promise<void>} turn */
  #loop(turn) {
    const run = async () => {
      while (this.#isRunning) {
        try {
          await turn();
        } catch (error) {
          const name = error.type ?? error.cause?.type ?? error.name;
          this.#errors.set(name, (this.#errors.get(name) ?? 0) + 1);
          await sleep(50);
        }
      }
    };
    this.#loops.push(run());
  }

  /** One producer's life: some seconds. */
  async #produce(options) {
    const producer = this.#client.producer(options);
    try {
      await producer.connect();
      for (let left = 20 + this.#below(100); left > 0 && this.#isRunning; left--) {
        const messages = Array.from({ length: 1 + this.#below(50) }, () => this.#message());
        await producer.send({ topic: this.#anyTopic(), messages });
        this.#counts.sent += messages.length;
        await sleep(this.#below(20));
      }
    } finally {
      await producer.disconnect();
    }
  }

  async #transact() {
    // Ids that others fence, and ids that nobody uses again.
    const transactionalId = this.#below(2) === 0 ? `t-${this.#below(3)}` : this.#passingName();
    const producer = this.#client.producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    try {
      await producer.connect();
      for (let left = 10; left > 0 && this.#isRunning; left--) {
        const transaction = await producer.transaction();
        try {
          await transaction.send({ topic: this.#pick(STABLE), messages: [this.#message(), this.#message()] });
          if (this.#below(4) === 0) await transaction.abort();
          else await transaction.commit();
          this.#counts.txn++;
        } catch (error) {
          await transaction.abort().catch(() => undefined);
          throw error;
        }
        await sleep(this.#below(100));
      }
    } finally {
      await producer.disconnect();
    }
  }

  async #consume() {
    const consumer = this.#client.consumer({
      groupId: this.#below(4) === 0 ? this.#passingName() : this.#pick(GROUPS),
      // Its consumer must not give up: one that does spins for ever and lets nothing else of this process run (kafkajs 2.2.4).
      retry: { initialRetryTime: 30, maxRetryTime: 500, retries: 1000 },
      sessionTimeout: 6000,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: 500,
    });
    try {
      await consumer.connect();
      await consumer.subscribe({
        topics: [this.#pick(STABLE), this.#pick(STABLE)],
        fromBeginning: this.#below(2) === 0,
      });
      await consumer.run({
        eachBatch: async ({ batch }) => {
          this.#counts.read += batch.messages.length;
        },
      });
      for (let slept = 0; slept < 3000 + this.#below(9000) && this.#isRunning; slept += 500) await sleep(500);
    } finally {
      await consumer.disconnect();
    }
  }

  async #administer() {
    const admin = this.#client.admin();
    try {
      await admin.connect();
      for (let left = 10; left > 0 && this.#isRunning; left--) {
        const topic = this.#passingName();
        await admin.createTopics({
          topics: [{ topic, numPartitions: 1 + this.#below(4), configEntries: entries(CONFIGS) }],
        });
        this.#passing.push(topic);
        this.#counts.made++;
        if (this.#passing.length > MAX_PASSING_TOPICS) this.#passing.shift();
        await this.#deleteOthers(admin);
        const { groups } = await admin.listGroups();
        await this.#deleteEmpty(admin, groups);
        await this.#trim(admin, this.#pick(STABLE));
        await sleep(300 + this.#below(700));
      }
    } finally {
      await admin.disconnect();
    }
  }

  /** Those of processes that have ended too: what nobody deletes would grow. */
  async #deleteOthers(admin) {
    const passing = (await admin.listTopics()).filter((name) => name.startsWith('p-'));
    const topics = passing
      .filter((name) => !this.#passing.includes(name))
      .slice(0, Math.max(0, passing.length - MAX_TOPICS));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  }

  /** Passing groups that nobody is in: committed offsets would keep them for seven days. */
  async #deleteEmpty(admin, listed) {
    const { groups } = await admin.describeGroups(listed.map(({ groupId }) => groupId));
    const over = groups.filter(({ groupId, state }) => state === 'Empty' && groupId.startsWith('p-'));
    if (over.length > 0) await admin.deleteGroups(over.map(({ groupId }) => groupId));
  }

  /** Leaves the last hundred records of each partition. */
  async #trim(admin, topic) {
    const offsets = await admin.fetchTopicOffsets(topic);
    const partitions = offsets.map(({ partition, high }) => ({ partition, offset: String(Math.max(0, high - 100)) }));
    await admin.deleteTopicRecords({ topic, partitions });
  }

  #message() {
    return { key: `k-${this.#below(1000)}`, value: 'x'.repeat(20 + this.#below(400)) };
  }

  #passingName() {
    return `p-${process.pid}-${this.#sequence++}`;
  }

  #anyTopic() {
    return this.#pick([...STABLE, ...STABLE, ...this.#passing]);
  }

  /** @template T @param {readonly T[]} values @returns {T} */
  #pick(values) {
    return values[this.#below(values.length)];
  }

  /** @param {number} limit */
  #below(limit) {
    return Math.floor(this.#random() * limit);
  }
}

function entries(configs) {
  return Object.entries(configs).map(([name, value]) => ({ name, value }));
}

const [brokers, seed, seconds] = process.argv.slice(2);
const clients = new Clients(brokers.split(','), Number(seed));
clients.start();
const reporting = setInterval(() => process.send?.(clients.take()), REPORT_MS);
await sleep(Number(seconds) * 1000);
await clients.stop();
clearInterval(reporting);
process.send?.(clients.take(), () => process.exit(0));
