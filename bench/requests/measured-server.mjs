import os from 'node:os';
import { Forked } from '../forked.mjs';
import { spreadOf } from '../statistics.mjs';
import { EMITS } from './parts.mjs';

const TOPIC_PARTITIONS = 3;
/** Until then the compiler has not seen all of it, and who runs more code pays more than he will: where the machine is busy, a time says nothing about that. */
const WARM_UP_REQUESTS = 30_000;

/**
 * @typedef {object} RequestResult
 * @property {number} requestsPerSecond answered with 200
 * @property {number} cpuMicrosPerRequest of the server
 * @property {number} p50Ms median of the slices'
 * @property {number} p99Ms median of the slices'
 * @property {number | undefined} recordsPerRequest records per produce request
 * @property {number} maxRssMb
 */

/** One application and what was measured of it in one round. */
export class MeasuredServer {
  #variant;
  #process;
  #port;
  #topic;
  #loadAverage = os.loadavg()[0];
  /** @type {(import('./load-process.mjs').Slice & { cpuMicros: number, produceRequests: number, isMeasured: boolean })[]} */
  #slices = [];

  constructor(variant, process, port, topic) {
    this.#variant = variant;
    this.#process = process;
    this.#port = port;
    this.#topic = topic;
  }

  static async start(variant, broker) {
    const topic = (await broker?.createTopic(`W11-${variant.name}`, TOPIC_PARTITIONS)) ?? 'none';
    const order = { variant, brokers: broker?.brokers ?? ['localhost:9092'], topic };
    const { process, said } = await Forked.start(new URL('server-process.mjs', import.meta.url), order);
    return new MeasuredServer(variant, process, said.port, topic);
  }

  /** At least for that long. */
  async warmUp(load, ms) {
    do await this.takeSlice(load, ms, false);
    while (sumOf(this.#slices, 'answered') < WARM_UP_REQUESTS);
  }

  async takeSlice(load, ms, isMeasured) {
    const before = await this.#process.ask('counts');
    const { result, error } = await load.ask({ port: this.#port, ms });
    if (error !== undefined) throw new Error(`W11 ${this.#variant.name}: ${error}`);
    const after = await this.#process.ask('counts');
    const cpuMicros = after.cpuMicros - before.cpuMicros;
    const produceRequests = after.produceRequests - before.produceRequests;
    this.#slices.push({ ...result, cpuMicros, produceRequests, isMeasured });
  }

  /** Closes the application, and holds what it has answered against what is in Kafka. */
  async end(broker) {
    const { maxRssMb } = await this.#process.ask('counts');
    await this.#process.end();
    const answered = sumOf(this.#slices, 'answered');
    const failed = sumOf(this.#slices, 'failed');
    const about = { peer: this.#variant.name, loadAverage: this.#loadAverage };
    const problem = failed > 0 ? `${failed} requests failed.` : await this.#problemOfRecords(broker, answered);
    return { ...about, result: { ...this.#measured(), maxRssMb }, problem };
  }

  kill() {
    this.#process.kill();
  }

  async #problemOfRecords(broker, answered) {
    if (this.#variant.emits === 'none') return undefined;
    const records = await broker.countRecords(this.#topic);
    await broker.deleteTopic(this.#topic);
    const should = answered * EMITS;
    return records === should ? undefined : `${answered} answers make ${should} records, ${records} are in Kafka.`;
  }

  /** @returns {Omit<RequestResult, 'maxRssMb'>} */
  #measured() {
    const slices = this.#slices.filter(({ isMeasured }) => isMeasured);
    const requests = sumOf(slices, 'answered');
    return {
      requestsPerSecond: (requests / sumOf(slices, 'ms')) * 1000,
      cpuMicrosPerRequest: sumOf(slices, 'cpuMicros') / requests,
      p50Ms: spreadOf(slices.map(({ p50Ms }) => p50Ms))?.median ?? Number.NaN,
      p99Ms: spreadOf(slices.map(({ p99Ms }) => p99Ms))?.median ?? Number.NaN,
      recordsPerRequest:
        this.#variant.emits === 'none' ? undefined : (requests * EMITS) / sumOf(slices, 'produceRequests'),
    };
  }
}

function sumOf(slices, metric) {
  return slices.reduce((sum, slice) => sum + slice[metric], 0);
}
