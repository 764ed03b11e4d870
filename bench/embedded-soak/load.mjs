import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from './random.mjs';
import { CONFIGS, STABLE } from './topics.mjs';

const CLIENTS_LIVE_SECONDS = 25;
/** kafkajs 2.2.4 spins for ever when one of its consumers has given up: such a process ends by force, as a crashed one would. */
const KILLED_AFTER_MS = 45_000;
const GENERATIONS = 2;
/** One process in so many crashes in the middle of what it does. */
const CRASHES_ONE_IN = 4;

/**
 * @typedef {{ sent: number, read: number, txn: number, made: number, troubles: number, killed: number }} Counts records sent and read, transactions ended,
 * topics made, what befell brokers, processes killed. Of killed processes it has what they had told in their last second.
 */

/** Everything that happens to the cluster: processes full of clients that come and go, and what befalls the brokers. */
export class Load {
  /** @type {Counts} */
  counts = { sent: 0, read: 0, txn: 0, made: 0, troubles: 0, killed: 0 };
  /** How often clients were told of which error. */
  errors = new Map();
  #kafka;
  #random;
  #seed;
  #isRunning = true;
  /** @type {Promise<void>[]} */
  #loops = [];

  /**
   * @param {import('embedded-kafka').EmbeddedKafka} kafka
   * @param {number} seed
   */
  constructor(kafka, seed) {
    this.#kafka = kafka;
    this.#seed = seed;
    this.#random = randomFrom(seed);
  }

  start() {
    for (const name of STABLE) this.#kafka.createTopic({ name, partitions: 3, configs: CONFIGS });
    for (let index = 0; index < GENERATIONS; index++) this.#loops.push(this.#while(() => this.#clients()));
    this.#loops.push(this.#while(() => this.#disturb()));
  }

  async stop() {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  async #while(turn) {
    while (this.#isRunning) await turn();
  }

  async #clients() {
    const order = [this.#kafka.bootstrap.join(','), String(this.#seed++), String(CLIENTS_LIVE_SECONDS)];
    const env = { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
    const child = fork(new URL('clients.mjs', import.meta.url), order, { env });
    const livesMs = this.#below(CRASHES_ONE_IN) === 0 ? 5_000 + this.#below(15_000) : KILLED_AFTER_MS;
    const killer = setTimeout(() => child.kill('SIGKILL'), livesMs);
    child.on('message', ({ counts, errors }) => {
      for (const [name, count] of Object.entries(counts)) this.counts[name] += count;
      for (const [name, count] of errors) this.errors.set(name, (this.errors.get(name) ?? 0) + count);
    });
    const [, signal] = await once(child, 'close');
    clearTimeout(killer);
    if (signal !== null) this.counts.killed++;
  }

  async #disturb() {
    await sleep(1500 + this.#below(3000));
    const broker = this.#kafka.broker(1 + this.#below(3));
    this.counts.troubles++;
    switch (this.#below(4)) {
      case 0:
        await broker.stop();
        await sleep(this.#below(1500));
        return broker.start();
      case 1:
        broker.pause();
        await sleep(this.#below(1000));
        return broker.resume();
      case 2:
        return broker.disconnectClients();
      default:
        return this.#moveLeader(broker.id);
    }
  }

  /** Refused where the broker is not in sync. */
  #moveLeader(nodeId) {
    try {
      this.#kafka.moveLeader(STABLE[this.#below(STABLE.length)], this.#below(3), nodeId);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** @param {number} limit */
  #below(limit) {
    return Math.floor(this.#random() * limit);
  }
}
