import { crc32c } from 'kafka-wire';

import type { PipelineSettings } from '../../pipeline/pipeline-settings.js';
import { ProducerPipeline } from '../../pipeline/producer-pipeline.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import { DeliveryHistory } from './delivery-history.js';
import { randomFaults } from './fault-rates.js';
import { FaultyCluster } from './faulty-cluster.js';
import { SeededRandom } from './seeded-random.js';

export type Ending = 'drain' | 'close';

/** A world of its own per seed: a producer with settings of its own, over brokers with faults of their own. */
export class RandomRun {
  readonly history = new DeliveryHistory();
  readonly clock = new ManualClock();
  readonly random: SeededRandom;
  readonly cluster: FaultyCluster;
  readonly pipeline: ProducerPipeline;
  readonly #isIdempotent: boolean;
  readonly #aborts: AbortController[] = [];
  #unflushed = 0;

  constructor(seed: number, isIdempotent: boolean) {
    this.random = new SeededRandom(seed);
    this.#isIdempotent = isIdempotent;
    const { random, clock } = this;
    const shape = { nodes: random.integer(1, 3), partitions: random.integer(1, 4), losesAll: !isIdempotent };
    this.cluster = new FaultyCluster(clock, random, { ...shape, faults: randomFaults(random) });
    this.cluster.onSend = ({ values }) => this.history.sent(values);
    this.pipeline = new ProducerPipeline(this.#settings(), this.cluster, clock, { batchFailed: () => {} });
  }

  /** @returns what must not have happened */
  async violations(ending: Ending): Promise<string[]> {
    const { cluster, clock, random, history, pipeline } = this;
    cluster.start();
    for (let burst = random.integer(5, 25); burst > 0; burst--) {
      for (let calls = random.integer(1, 5); calls > 0; calls--) this.#call();
      await clock.advance(random.pick([0, 1, 10, 50, 200, 1_000]));
    }
    if (ending === 'close') {
      const closed = pipeline.close(random.integer(0, 500));
      await clock.advance(500);
      await closed;
      if (history.pending > 0) history.violations.push(`${history.pending} records pend after close`);
    }
    cluster.heal();
    if (ending === 'drain') this.#flush();
    for (let i = 0; i < 200 && (history.pending > 0 || cluster.pendingEvents > 0); i++) await clock.advance(100);
    await clock.settle();
    const { bufferedBytes, inFlightRequests, waitingRecords } = pipeline.stats();
    const left = {
      bufferedBytes,
      inFlightRequests,
      waitingRecords,
      timers: clock.pendingTimers,
      flushes: this.#unflushed,
    };
    for (const [what, count] of Object.entries(left)) if (count > 0) history.violations.push(`${what}: ${count} left`);
    return history.check(
      cluster.logs.map(({ values }) => values),
      { repeatsAllowed: !this.#isIdempotent },
    );
  }

  #settings(): PipelineSettings {
    const { random } = this;
    return {
      acks: -1,
      enableIdempotence: this.#isIdempotent,
      lingerMs: random.pick([0, 0, 5, 50]),
      batchSizeBytes: random.pick([100, 300, 16_384]),
      codec: random.chance(0.3) ? this.#slowCodec() : undefined,
      maxInFlightRequestsPerConnection: this.#isIdempotent ? random.integer(1, 5) : 1,
      retries: random.pick([2_147_483_647, 2_147_483_647, 3]),
      deliveryTimeoutMs: random.pick([1_500, 4_000, 30_000]),
      requestTimeoutMs: random.pick([200, 1_000]),
      retryBackoffMs: random.pick([1, 20, 100]),
      retryBackoffMaxMs: 400,
      bufferMemoryBytes: random.pick([500, 3_000, 1_000_000]),
      maxBlockMs: random.pick([300, 5_000]),
      maxRequestSizeBytes: random.pick([400, 1_048_576]),
      partitioner: 'sticky',
      checksum: crc32c,
      random: random.next,
    };
  }

  /** Takes its time, fails at times, and leaves the bytes as they are, so that brokers can read them. */
  #slowCodec(): PipelineSettings['codec'] {
    const { cluster, random } = this;
    return {
      id: 0,
      compress: (bytes) =>
        new Promise((resolve, reject) => {
          const isFailing = random.chance(0.1);
          const done = (): void => (isFailing ? reject(new Error('broken codec')) : resolve(Buffer.from(bytes)));
          cluster.later(random.integer(0, 80), done);
        }),
      decompress: (bytes) =>
        new Promise((resolve) => cluster.later(random.integer(0, 80), () => resolve(Buffer.from(bytes)))),
    };
  }

  #call(): void {
    const { random, history, pipeline } = this;
    const choice = random.next();
    if (choice < 0.05) return this.#flush();
    if (choice < 0.1) return random.chance(0.5) ? this.#aborts.pop()?.abort() : this.#aborts.shift()?.abort();
    if (choice < 0.25) {
      const records = Array.from({ length: random.integer(1, 8) }, () => this.#record());
      return history.followAll(
        records.map(({ id }) => id),
        pipeline.sendAll(records),
      );
    }
    const isAbortable = choice < 0.4;
    const { id, ...record } = this.#record({ mayBeSentLater: isAbortable });
    if (isAbortable) {
      const abort = new AbortController();
      this.#aborts.push(abort);
      history.follow(id, pipeline.send(record, abort.signal));
    } else if (choice < 0.6) {
      history.follow(
        id,
        pipeline.enqueue(record).then(({ acknowledged }) => acknowledged),
      );
    } else {
      history.follow(id, pipeline.send(record));
    }
  }

  #record(options?: { mayBeSentLater: boolean }): ProducerRecord & { id: string } {
    const partition = this.random.integer(0, this.cluster.shape.partitions - 1);
    const id = this.history.next(partition, options);
    return { topic: 't', partition, id, value: id + 'x'.repeat(this.random.integer(0, 60)) };
  }

  #flush(): void {
    this.#unflushed++;
    void this.pipeline.flush().then(() => this.#unflushed--);
  }
}
