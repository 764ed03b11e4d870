/**
 * One run of W8 in a process of its own: connect one peer, warm up, measure, drain, report to the parent over IPC.
 *
 * @typedef {object} UnitOrder
 * @property {string} peer
 * @property {string} scenario
 * @property {string[]} brokers
 * @property {string} topic exists already, empty
 * @property {number} warmUpMs
 * @property {number} measureMs
 * @property {Record<string, unknown>} options
 *
 * @typedef {object} UnitResult
 * @property {number} unitsPerSecond committed within the measured time
 * @property {number} cpuMicrosPerUnit user and system time of all threads of this process
 * @property {number} p50Ms of a unit, from its caller's call to the end of it
 * @property {number} p99Ms
 * @property {number} maxRssMb
 * @property {number} committed units of the whole run
 * @property {number} records visible if that is true: of the units, and of the probe
 * @property {number} failures units that rejected
 * @property {string | undefined} firstFailure
 * @property {import('./visibility-probe.mjs').Visibility} [idle] before the first unit
 * @property {import('./visibility-probe.mjs').Visibility} [loaded] while measured
 * @property {number} [visibleP99Ms] of `loaded`
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../answer-parent.mjs';
import { Latencies } from '../latencies.mjs';
import { byteValues } from '../payloads.mjs';
import { scenarioById } from './scenarios.mjs';
import { unitPeers } from './unit-peers.mjs';
import { VisibilityProbe } from './visibility-probe.mjs';

const DRAIN_MS = 40_000;
/** Somebody who cannot commit at all is not asked for ever. */
const FAILURES_TOLERATED = 500;

/** @param {UnitOrder} order */
async function run(order) {
  const entry = unitPeers.find((candidate) => candidate.name === order.peer);
  if (!entry) throw new Error(`There is no peer ${order.peer}.`);
  const scenario = scenarioById(order.scenario);
  const probe = scenario.sleepMs > 0 ? await VisibilityProbe.start(order) : undefined;
  const { connect } = await import(entry.file);
  const peer = await connect({ ...order, producers: entry.producers });
  const idle = await probe?.during(order.measureMs);
  const load = new UnitLoad(scenario, peer);
  load.start();
  await sleep(order.warmUpMs);
  const loaded = probe?.during(order.measureMs);
  const measured = await measure(load, order.measureMs);
  const visible = loaded && { idle, loaded: await loaded, visibleP99Ms: (await loaded).p99Ms };
  await load.stop();
  const probed = (await probe?.stop()) ?? 0;
  const records = load.committed * scenario.recordsPerUnit + probed;
  const { committed, failures, firstFailure } = load;
  await Promise.race([peer.close(), sleep(5_000, undefined, { ref: false })]);
  return { ...measured, ...visible, committed, records, failures, firstFailure };
}

/**
 * @param {UnitLoad} load
 * @param {number} measureMs
 */
async function measure(load, measureMs) {
  const latencies = (load.latencies = new Latencies());
  const unitsBefore = load.committed;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await sleep(measureMs);
  const measuredMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const units = load.committed - unitsBefore;
  load.latencies = undefined;
  return {
    unitsPerSecond: (units / measuredMs) * 1000,
    cpuMicrosPerUnit: (cpu.user + cpu.system) / units,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

/** A closed loop of callers: each begins its next unit when its last one has ended. */
class UnitLoad {
  committed = 0;
  failures = 0;
  /** @type {string | undefined} */
  firstFailure;
  /** @type {Latencies | undefined} present while measuring */
  latencies;
  #running = false;
  /** @type {Promise<void>[]} */
  #callers = [];
  #scenario;
  #peer;
  #nextValue = byteValues(100);
  #unit = 0;

  /**
   * @param {import('./scenarios.mjs').Scenario} scenario
   * @param {import('./unit-peers.mjs').UnitPeer} peer
   */
  constructor(scenario, peer) {
    this.#scenario = scenario;
    this.#peer = peer;
  }

  start() {
    this.#running = true;
    this.#callers = Array.from({ length: this.#scenario.callers }, () => this.#call());
  }

  /** Resolves when every unit begun has ended. */
  async stop() {
    this.#running = false;
    this.#peer.stop();
    const drained = Promise.all(this.#callers).then(() => true);
    if (!(await Promise.race([drained, sleep(DRAIN_MS, false, { ref: false })]))) {
      throw new Error(`Units were still pending ${DRAIN_MS} ms after the last was begun.`);
    }
  }

  async #call() {
    const { recordsPerUnit, sleepMs } = this.#scenario;
    while (this.#running) {
      const startedAt = performance.now();
      // The records of a unit are about the same thing and have its key, which is the easiest for a pool: one partition each.
      const key = `order-${this.#unit++}`;
      const records = Array.from({ length: recordsPerUnit }, () => this.#peer.record(key, this.#nextValue()));
      try {
        const isDone = await this.#peer.unit(async (send) => {
          if (sleepMs === 0) return void (await send(records));
          await send(records.slice(0, 1));
          await sleep(sleepMs);
          await send(records.slice(1));
        });
        if (!isDone) return;
        this.committed++;
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
