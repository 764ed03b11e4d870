import { setTimeout as sleep } from 'node:timers/promises';
import { payloadOf } from './payloads.mjs';

const MAX_UNSETTLED = 4000;
const MAX_PAUSE_MS = 60;
const OVERSIZE_BYTES = 2_000_000;
/** How often each of what callers do, relative to the others. */
const WEIGHTS = {
  one: 25,
  burst: 20,
  bulk: 15,
  enqueued: 12,
  aborted: 12,
  flush: 5,
  unknownTopic: 2,
  oversize: 2,
  unserializable: 3,
  badBulk: 3,
};

/** Callers of one producer that do all that callers do, right and wrong, as a seed decides. */
export class Callers {
  #producer;
  #topics;
  #ledger;
  #random;
  #acts;
  #unknown = 0;

  /**
   * @param {import('nestjs-kafka-producer').KafkaProducerService} producer
   * @param {readonly { name: string, partitions: number }[]} topics nobody else writes to
   * @param {import('./ledger.mjs').Ledger} ledger
   * @param {() => number} random
   */
  constructor(producer, topics, ledger, random) {
    this.#producer = producer;
    this.#topics = topics;
    this.#ledger = ledger;
    this.#random = random;
    this.#acts = Object.entries(WEIGHTS).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  }

  /** @param {AbortSignal} stop */
  async run(stop) {
    while (!stop.aborted) {
      await this[this.#pick(this.#acts)]();
      await this.#ledger.untilAtMost(MAX_UNSETTLED);
      await sleep(this.#below(MAX_PAUSE_MS));
    }
  }

  async one() {
    await this.#send();
  }

  burst() {
    for (let left = 1 + this.#below(100); left > 0; left--) void this.#send();
  }

  bulk() {
    void this.#sendAll(Array.from({ length: 1 + this.#below(200) }, () => this.#made()));
  }

  async enqueued() {
    for (let left = 1 + this.#below(40); left > 0; left--) {
      const { entry, record } = this.#made();
      // The order is that of the calls, so the next call waits for nothing.
      void this.#settled(
        entry,
        this.#producer.enqueue(record).then(({ acknowledged }) => acknowledged),
      );
    }
  }

  /** Given up before, during or after the sending, or not in time. */
  aborted() {
    for (let left = 1 + this.#below(40); left > 0; left--) {
      const { entry, record } = this.#made();
      const controller = new AbortController();
      const when = this.#below(4);
      if (when === 0) controller.abort();
      const timer = when > 1 ? setTimeout(() => controller.abort(), this.#below(15)) : undefined;
      void this.#settled(entry, this.#producer.send(record, { signal: controller.signal })).then(() =>
        clearTimeout(timer),
      );
      if (when === 1) queueMicrotask(() => controller.abort());
    }
  }

  async flush() {
    await this.#producer.flush();
  }

  /** Each is asked for once: what is remembered of it would grow. */
  unknownTopic() {
    const name = `nowhere-${this.#unknown++}`;
    const entry = this.#ledger.open(name);
    void this.#settled(entry, this.#producer.send({ topic: name, value: payloadOf(entry.call, 50) }));
  }

  oversize() {
    void this.#send({ value: 'x'.repeat(OVERSIZE_BYTES) });
  }

  unserializable() {
    void this.#send({ value: circular() });
  }

  /** None of them may be there. */
  badBulk() {
    const made = Array.from({ length: 1 + this.#below(30) }, () => this.#made());
    const bad = this.#pick(made);
    bad.record = { ...bad.record, value: circular() };
    void this.#sendAll(made);
  }

  async #send(change = {}) {
    const { entry, record } = this.#made();
    await this.#settled(entry, this.#producer.send({ ...record, ...change }));
  }

  async #settled(entry, promise) {
    try {
      this.#ledger.acknowledge(entry, await promise);
    } catch (error) {
      this.#ledger.fail(entry, error);
    }
  }

  async #sendAll(made) {
    try {
      const metadata = await this.#producer.sendAll(made.map(({ record }) => record));
      for (const [index, { entry }] of made.entries()) this.#ledger.acknowledge(entry, metadata[index]);
    } catch (error) {
      for (const [index, { entry }] of made.entries()) {
        const result = error.results?.[index];
        if (result?.status === 'fulfilled') this.#ledger.acknowledge(entry, result.value);
        else this.#ledger.fail(entry, result?.reason ?? error);
      }
    }
  }

  #made() {
    const { name: topic, partitions } = this.#pick(this.#topics);
    const entry = this.#ledger.open(topic);
    const record = { topic, value: payloadOf(entry.call, this.#sizeBytes()) };
    const place = this.#below(4);
    if (place === 0) record.partition = this.#below(partitions);
    if (place > 1) record.key = `key-${this.#below(500)}`;
    if (this.#below(4) === 0) record.headers = { type: 'Soaked', trace: `t-${this.#below(1000)}` };
    return { entry, record };
  }

  #sizeBytes() {
    const kind = this.#below(1000);
    if (kind === 0) return 100_000 + this.#below(100_000);
    return kind < 20 ? 1000 + this.#below(20_000) : 30 + this.#below(400);
  }

  #pick(values) {
    return values[this.#below(values.length)];
  }

  #below(limit) {
    return Math.floor(this.#random() * limit);
  }
}

function circular() {
  const value = {};
  value.itself = value;
  return value;
}
