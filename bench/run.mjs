/**
 * One run in a process of its own: connect one peer, warm up, measure, drain, report to the parent over IPC.
 *
 * @typedef {object} RunOrder
 * @property {string} peer
 * @property {string} workload
 * @property {string[]} brokers
 * @property {string} topic exists already, empty
 * @property {number} warmUpMs
 * @property {number} measureMs
 * @property {Record<string, unknown>} options
 *
 * @typedef {object} RunResult
 * @property {number} recordsPerSecond acknowledged within the measured time
 * @property {number} cpuMicrosPerRecord user and system time of all threads of this process
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} longestBlockMs of the event loop
 * @property {number} eventLoopUtilization 0..1
 * @property {number} maxRssMb over the whole life of the process
 * @property {number | undefined} recordsPerRequest
 * @property {number} measuredMs
 * @property {number} acknowledged records of the whole run, warm-up and drain included
 * @property {number} failures calls that rejected
 * @property {string | undefined} firstFailure
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from './answer-parent.mjs';
import { Latencies } from './latencies.mjs';
import { LoopWatch } from './loop-watch.mjs';
import { pseudoRandom } from './payloads.mjs';
import { peers } from './peers.mjs';
import { recordSource, workloadById } from './workloads.mjs';

const FAILURES_TOLERATED = 20;
const DRAIN_MS = 20_000;

/** @param {RunOrder} order */
async function run(order) {
  const entry = peers.find((candidate) => candidate.name === order.peer);
  if (!entry) throw new Error(`There is no peer ${order.peer}.`);
  const workload = workloadById(order.workload);
  const { connect } = await import(entry.file);
  const peer = await connect({ brokers: order.brokers, topic: order.topic, workload, options: order.options });
  const load = new Load(workload, peer);
  load.start();
  await sleep(order.warmUpMs);
  const measured = await measure(load, peer, order.measureMs);
  await load.stop();
  const result = {
    ...measured,
    acknowledged: load.acknowledged,
    failures: load.failures,
    firstFailure: load.firstFailure,
  };
  await peer.close();
  return result;
}

/**
 * @param {Load} load
 * @param {import('./peers.mjs').Peer<unknown>} peer
 * @param {number} measureMs
 */
async function measure(load, peer, measureMs) {
  load.latencies = new Latencies();
  const requestsBefore = peer.requests?.();
  const recordsBefore = load.acknowledged;
  const utilizationBefore = performance.eventLoopUtilization();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const loopWatch = new LoopWatch();
  await sleep(measureMs);
  const longestBlockMs = loopWatch.stop();
  const measuredMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const utilization = performance.eventLoopUtilization(utilizationBefore);
  const records = load.acknowledged - recordsBefore;
  const requestsAfter = peer.requests?.();
  const latencies = load.latencies;
  load.latencies = undefined;
  return {
    recordsPerSecond: (records / measuredMs) * 1000,
    cpuMicrosPerRecord: (cpu.user + cpu.system) / records,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    longestBlockMs,
    eventLoopUtilization: utilization.utilization,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
    recordsPerRequest:
      requestsBefore === undefined || requestsAfter === undefined
        ? undefined
        : records / Math.max(1, requestsAfter - requestsBefore),
    measuredMs,
  };
}

/** A closed loop of callers: each makes its next record when its last one was acknowledged. */
class Load {
  acknowledged = 0;
  failures = 0;
  /** @type {string | undefined} */
  firstFailure;
  /** @type {Latencies | undefined} present while measuring */
  latencies;
  #running = false;
  /** @type {Promise<void>[]} */
  #callers = [];
  #workload;
  #peer;
  #nextRecord;
  #random = pseudoRandom(13);

  /**
   * @param {import('./workloads.mjs').Workload} workload
   * @param {import('./peers.mjs').Peer<unknown>} peer
   */
  constructor(workload, peer) {
    this.#workload = workload;
    this.#peer = peer;
    this.#nextRecord = recordSource(workload, peer);
  }

  start() {
    this.#running = true;
    for (let index = 0; index < this.#workload.callers; index++) {
      const sampled = index % this.#workload.sampleEvery === 0;
      this.#callers.push(this.#workload.recordsPerCall === 1 ? this.#sendOneByOne(sampled) : this.#sendInBulk());
    }
  }

  /** Resolves when every call made is settled; without that the count of acknowledged records could not be compared with the topic. */
  async stop() {
    this.#running = false;
    const drained = Promise.all(this.#callers).then(() => true);
    if (!(await Promise.race([drained, sleep(DRAIN_MS, false, { ref: false })]))) {
      throw new Error(`Calls were still pending ${DRAIN_MS} ms after the last was made.`);
    }
  }

  /** @param {boolean} sampled */
  async #sendOneByOne(sampled) {
    const peer = this.#peer;
    const nextRecord = this.#nextRecord;
    while (this.#running) {
      const startedAt = sampled ? performance.now() : 0;
      try {
        await peer.send(nextRecord());
        this.acknowledged++;
        if (sampled) this.latencies?.record(performance.now() - startedAt);
        if (this.#workload.maxPauseMs) await sleep(1 + this.#random(this.#workload.maxPauseMs));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #sendInBulk() {
    const sendAll = this.#peer.sendAll;
    if (!sendAll) throw new Error('The peer has no bulk send.');
    const count = this.#workload.recordsPerCall;
    while (this.#running) {
      const startedAt = performance.now();
      try {
        const records = [];
        for (let index = 0; index < count; index++) records.push(this.#nextRecord());
        await sendAll(records);
        this.acknowledged += count;
        this.latencies?.record(performance.now() - startedAt);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    this.failures++;
    this.firstFailure ??= error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (this.failures >= FAILURES_TOLERATED) this.#running = false;
  }
}

answerParent(run);
