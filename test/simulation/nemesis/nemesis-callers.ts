import type { Random, Simulation } from 'embedded-kafka';

import type { ProducerPipeline } from '../../../libs/kafka-producer/src/pipeline/producer-pipeline.js';
import type { ProducerRecord } from '../../../libs/kafka-producer/src/record/producer-record.js';
import type { RecordMetadata } from '../../../libs/kafka-producer/src/record/record-metadata.js';
import type { DeliveryHistory } from '../../history/delivery-history.js';
import type { NemesisPlan } from './nemesis-plan.js';

const KEYS = 7;

/** Tasks that send records by every way there is, and note what they are told. */
export class NemesisCallers {
  readonly #pending: Promise<unknown>[] = [];
  /** While it is pending nobody sends. */
  #hold: Promise<void> | undefined;
  /** What a `flush()` or an aborted signal promised and did not keep. */
  readonly broken: string[] = [];

  constructor(
    readonly simulation: Simulation,
    readonly pipeline: ProducerPipeline,
    readonly history: DeliveryHistory,
    readonly topic: string,
    readonly plan: NemesisPlan,
    readonly random: Random,
  ) {}

  /** @returns when every record was offered; `settled()` awaits their ends */
  async offer(): Promise<void> {
    await Promise.all(Array.from({ length: this.plan.callers }, () => this.#caller(this.random.fork())));
  }

  /** Lets everybody rest until the returned function is called. */
  hold(): () => void {
    let goOn: () => void = () => {};
    this.#hold = new Promise((resolve) => (goOn = resolve));
    return () => goOn();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #caller(random: Random): Promise<void> {
    const { recordsEach, troubleMs } = this.plan;
    for (let left = recordsEach; left > 0;) {
      const burst = Math.min(left, random.integer(1, 12));
      left -= burst;
      await this.#hold;
      this.#burst(burst, random);
      if (random.chance(0.1)) this.#pending.push(this.#flush());
      // Mostly soon, sometimes much later.
      await this.simulation.sleep(random.next() ** 4 * ((5 * troubleMs * burst) / recordsEach));
    }
  }

  #burst(size: number, random: Random): void {
    const chance = random.next();
    if (chance < 0.2) return this.#sendAll(size, random);
    for (let count = 0; count < size; count++) {
      if (chance < 0.3) this.#sendAbortable(random);
      else if (chance < 0.4) this.#enqueue(random);
      else this.#send((record) => this.pipeline.send(record), random);
    }
  }

  #send(send: (record: ProducerRecord) => Promise<RecordMetadata>, random: Random): void {
    this.#pending.push(this.history.send(this.topic, (value) => send(this.#record(value, random))));
  }

  #enqueue(random: Random): void {
    this.#send(async (record) => (await this.pipeline.enqueue(record)).acknowledged, random);
  }

  #sendAbortable(random: Random): void {
    const controller = new AbortController();
    this.#send((record) => this.pipeline.send(record, controller.signal), random);
    this.simulation.clock.setTimeout(() => controller.abort(), random.integer(0, 2_000));
  }

  /** One call, and an entry in the history for each of its records. */
  #sendAll(size: number, random: Random): void {
    const records: ProducerRecord[] = [];
    let begin: (results: Promise<readonly PromiseSettledResult<RecordMetadata>[]>) => void = () => {};
    const results = new Promise<readonly PromiseSettledResult<RecordMetadata>[]>((resolve) => (begin = resolve));
    for (let index = 0; index < size; index++) {
      const entry = this.history.send(this.topic, async (value) => {
        records.push(this.#record(value, random));
        const result = (await results)[index] as PromiseSettledResult<RecordMetadata>;
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
      this.#pending.push(entry);
    }
    begin(this.pipeline.sendAll(records).then(fulfilled, (error: unknown) => rejected(error, size)));
  }

  async #flush(): Promise<void> {
    const { sent } = this.history;
    const before = sent.filter(({ outcome }) => outcome.kind === 'unsettled').map(({ call }) => call);
    await this.pipeline.flush();
    await this.simulation.sleep(1);
    const left = before.filter((call) => sent[call]?.outcome.kind === 'unsettled');
    if (left.length > 0) this.broken.push(`flush() has ended and these were not settled: ${left.join(', ')}`);
  }

  #record(value: string, random: Random): ProducerRecord {
    const { keys, maxValueBytes, partitions } = this.plan;
    const padded = filled(value, random.integer(1, maxValueBytes), random);
    const isKeyed = keys === 'keyed' || (keys === 'mixed' && random.chance(0.5));
    const partition = random.chance(0.05) ? random.integer(0, partitions - 1) : undefined;
    return { topic: this.topic, value: padded, partition, ...(isKeyed && { key: `key-${random.integer(1, KEYS)}` }) };
  }
}

/** A value of some length that does not compress well; its name comes first. */
function filled(value: string, bytes: number, random: Random): string {
  let text = `${value} `;
  while (text.length < bytes) text += random.next().toString(36).slice(2);
  return text;
}

function fulfilled(values: readonly RecordMetadata[]): PromiseSettledResult<RecordMetadata>[] {
  return values.map((value) => ({ status: 'fulfilled', value }));
}

/** A call fails as a whole, or with what became of each record. */
function rejected(error: unknown, size: number): readonly PromiseSettledResult<RecordMetadata>[] {
  const { results } = error as { results?: readonly PromiseSettledResult<RecordMetadata>[] };
  return results ?? Array.from({ length: size }, () => ({ status: 'rejected', reason: error }) as const);
}
