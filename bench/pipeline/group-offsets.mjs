import { setTimeout as sleep } from 'node:timers/promises';
import { apis, errorCode } from 'kafka-wire';
import { BrokerConnection } from '../broker-connection.mjs';
import { PARTITIONS } from './orders.mjs';

const FIND_COORDINATOR_VERSION = 3;
/** The first with `requireStable`, the last of one group. */
const OFFSET_FETCH_VERSION = 7;
const GIVE_UP_MS = 20_000;
const RETRY_MS = 20;

/** How far a group has come, asked of its coordinator beside the client that is measured: the same figure for every peer, whatever it tells about itself. */
export class GroupOffsets {
  #coordinator;
  #groupId;
  #topic;

  /**
   * @param {BrokerConnection} coordinator
   * @param {string} groupId
   * @param {string} topic
   */
  constructor(coordinator, groupId, topic) {
    this.#coordinator = coordinator;
    this.#groupId = groupId;
    this.#topic = topic;
  }

  /**
   * @param {string[]} brokers
   * @param {string} groupId
   * @param {string} topic
   */
  static async open(brokers, groupId, topic) {
    const bootstrap = await BrokerConnection.open(brokers[0]);
    const { host, port } = await untilDefined('The group has no coordinator', async () => {
      const found = await bootstrap.ask(apis.FindCoordinator, FIND_COORDINATOR_VERSION, { key: groupId });
      return found.errorCode === 0 ? found : undefined;
    });
    bootstrap.close();
    return new GroupOffsets(await BrokerConnection.open(`${host}:${port}`), groupId, topic);
  }

  /**
   * What is committed now; transactions that are about to end are not waited for.
   *
   * @returns {Promise<{ messages: number, atMs: number }>} of all partitions, and when that was asked
   */
  async committed() {
    const offsets = await this.#fetch(false);
    return { messages: offsets.reduce((sum, offset) => sum + offset, 0), atMs: this.#coordinator.askedAt };
  }

  /**
   * What is committed once no transaction is about to end (KIP-447).
   *
   * @returns {Promise<number[]>} by partition; 0: nothing
   * @throws {Error} when one stays open
   */
  settled() {
    return untilDefined(`A transaction with offsets of ${this.#groupId} stays open`, () => this.#fetch(true));
  }

  close() {
    this.#coordinator.close();
  }

  /**
   * @param {boolean} requireStable
   * @returns {Promise<number[] | undefined>} undefined: there are offsets of a transaction that has not ended
   */
  async #fetch(requireStable) {
    const partitionIndexes = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const answer = await this.#coordinator.ask(apis.OffsetFetch, OFFSET_FETCH_VERSION, {
      groupId: this.#groupId,
      topics: [{ name: this.#topic, partitionIndexes }],
      requireStable,
    });
    const { partitions } = answer.topics[0];
    const codes = [answer.errorCode, ...partitions.map((partition) => partition.errorCode)];
    if (codes.includes(errorCode('UNSTABLE_OFFSET_COMMIT'))) return undefined;
    const wrong = codes.find((code) => code !== 0);
    if (wrong !== undefined) throw new Error(`OffsetFetch of ${this.#groupId} was answered ${wrong}.`);
    const offsets = Array(PARTITIONS).fill(0);
    for (const { partitionIndex, committedOffset } of partitions)
      offsets[partitionIndex] = Math.max(0, committedOffset);
    return offsets;
  }
}

/**
 * @template T
 * @param {string} problem what it is when that does not come
 * @param {() => Promise<T | undefined>} ask
 * @returns {Promise<T>}
 */
async function untilDefined(problem, ask) {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > giveUpAt) throw new Error(`${problem} after ${GIVE_UP_MS} ms.`);
    await sleep(RETRY_MS);
  }
}
