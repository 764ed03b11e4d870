import type { KafkaProducerService } from 'nestjs-kafka-producer';
import { afterEach, expect, it } from 'vitest';

import { committedRecordsIn } from '../support/batches-in.js';
import { describeOnEachKafka, type TestKafka } from '../support/each-kafka.js';
import {
  startPlainWorker,
  type Handled,
  type PlainWorker,
  type PlainWorkerOptions,
  type Work,
} from '../support/plain-worker.js';
import { seededRandom, seedOf } from '../support/random.js';
import { useProducer } from '../support/use-producer.js';

const PARTITIONS = 3;
const PATIENCE = { timeout: 50_000, interval: 50 };

describeOnEachKafka('handlers with @ExactlyOnce() on the transport of Nest', (kafka) => {
  const workers = new Set<PlainWorker>();
  afterEach(async () => {
    await Promise.all([...workers].map((worker) => worker.stop()));
    workers.clear();
  });

  async function start(options: Omit<PlainWorkerOptions, 'bootstrap'>): Promise<PlainWorker> {
    const worker = await startPlainWorker({ bootstrap: kafka().bootstrap, ...options });
    workers.add(worker);
    return worker;
  }
  async function stop(worker: PlainWorker): Promise<void> {
    workers.delete(worker);
    await worker.stop();
  }

  /** A group and topics of its own, with `count` numbered messages in each partition of the input. */
  async function newPipe(count: number): Promise<Pipe> {
    const [input, output, dead] = await Promise.all(
      [0, 1, 2].map(() => kafka().createTopic({ partitions: PARTITIONS })),
    );
    const pipe = new Pipe(kafka(), input!, output!, dead!);
    await pipe.fill(count);
    return pipe;
  }

  it('commits what a handler sends and the offset of its message together, however often handlers fail', async () => {
    const random = seededRandom(seedOf('handlers that fail at random'));
    const pipe = await newPipe(60);
    let failures = 0;
    await start({
      ...pipe.worker,
      redelivery: { backoffMs: 5, backoffMaxMs: 20, maxAttempts: 1_000 },
      run: { partitionsConsumedConcurrently: PARTITIONS },
      work: async (message, producer) => {
        await pipe.copy(message, producer);
        if (random() > 0.3) return;
        failures++;
        throw new Error('at random');
      },
    });
    await expect.poll(() => pipe.isDone(), PATIENCE).toBe(true);
    expect(failures).toBeGreaterThan(10);
    await expect(pipe.outputs()).resolves.toEqual(pipe.inputs());
  });

  it('puts a poisoned message away once, and lets nothing of other partitions wait for it', async () => {
    const pipe = await newPipe(20);
    const events: string[] = [];
    await start({
      ...pipe.worker,
      redelivery: { backoffMs: 5_000, backoffMaxMs: 5_000, maxAttempts: 2, deadLetterTopic: pipe.dead },
      run: { partitionsConsumedConcurrently: PARTITIONS },
      work: async (message, producer) => {
        events.push(message.text);
        await pipe.copy(message, producer);
        if (message.text === '1/5') throw new TypeError('poisoned');
      },
    });
    await expect.poll(() => pipe.isDone(1), PATIENCE).toBe(true);
    const attempts = events.flatMap((text, index) => (text === '1/5' ? [index] : []));
    expect(attempts).toHaveLength(2);
    // Between the first attempt and the second everything else of the other partitions was handled.
    const others = events.slice(0, attempts[1]).filter((text) => !text.startsWith('1/'));
    expect(others.toSorted()).toEqual(
      pipe
        .inputs()
        .flat()
        .filter((text) => !text.startsWith('1/'))
        .toSorted(),
    );
    const withoutPoison = pipe.inputs().map((texts) => texts.filter((text) => text !== '1/5'));
    await expect(pipe.outputs()).resolves.toEqual(withoutPoison);
    const [dead, ...more] = (await pipe.committed(pipe.dead)).flat();
    expect(more).toEqual([]);
    expect(dead).toMatchObject({ key: Buffer.from('key 1/5'), value: Buffer.from('1/5') });
    expect(Object.fromEntries(dead!.headers.map(({ key, value }) => [key, String(value)]))).toEqual({
      own: 'kept',
      'dead-letter-original-topic': pipe.input,
      'dead-letter-original-partition': '1',
      'dead-letter-original-offset': '5',
      'dead-letter-original-timestamp': expect.stringMatching(/^\d{13}$/),
      'dead-letter-consumer-group': pipe.worker.groupId,
      'dead-letter-attempts': '2',
      'dead-letter-error-name': 'TypeError',
      'dead-letter-error-message': 'poisoned',
    });
  });

  it('stays at a poisoned message without a dead-letter topic, says so, and goes on after a restart', async () => {
    const pipe = await newPipe(10);
    let isPoisoned = true;
    const work: Work = async (message, producer) => {
      await pipe.copy(message, producer);
      if (isPoisoned && message.text === '2/4') throw new Error('poisoned');
    };
    const options = { ...pipe.worker, work, redelivery: { backoffMs: 5, maxAttempts: 3 } };
    const first = await start(options);
    const { pausedPartitions } = await expect
      .poll(() => first.producer.stats(), PATIENCE)
      .toMatchObject({ pausedPartitions: [{}] })
      .then(() => first.producer.stats());
    expect(pausedPartitions).toEqual([
      { groupId: pipe.worker.groupId, topic: pipe.input, partition: 2, offset: '4', attempts: 3, reason: 'poisoned' },
    ]);
    await expect.poll(async () => (await pipe.outputs()).map((texts) => texts.length), PATIENCE).toEqual([10, 10, 4]);
    await stop(first);
    isPoisoned = false;
    const second = await start(options);
    await expect.poll(() => pipe.isDone(), PATIENCE).toBe(true);
    expect(second.producer.stats().pausedPartitions).toEqual([]);
    await expect(pipe.outputs()).resolves.toEqual(pipe.inputs());
  });

  it('handles every message once while members come and go', async () => {
    const random = seededRandom(seedOf('members that come and go'));
    const pipe = await newPipe(150);
    const options: Omit<PlainWorkerOptions, 'bootstrap'> = {
      ...pipe.worker,
      redelivery: { backoffMs: 5, backoffMaxMs: 20, maxAttempts: 1_000 },
      work: async (message, producer) => {
        await pipe.copy(message, producer);
        await new Promise((resolve) => setTimeout(resolve, 1 + 10 * random()));
        if (random() < 0.05) throw new Error('at random');
      },
    };
    await start(options);
    for (let i = 0; i < 3 && !(await pipe.isDone()); i++) {
      const other = await start(options);
      const before = await pipe.countOutputs();
      await expect
        .poll(async () => (await pipe.countOutputs()) > before + 20 || (await pipe.isDone()), PATIENCE)
        .toBe(true);
      await stop(other);
    }
    await expect.poll(() => pipe.isDone(), PATIENCE).toBe(true);
    await expect(pipe.outputs()).resolves.toEqual(pipe.inputs());
  });

  it('commits nothing for a member that was expelled while its handler hung', async () => {
    const pipe = await newPipe(5);
    let hangs!: () => void;
    let release!: () => void;
    const hung = new Promise<void>((resolve) => (hangs = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const consumer = { sessionTimeout: 6_000, rebalanceTimeout: 6_000, heartbeatInterval: 500 };
    let attempts = 0;
    const work: Work = async (message, producer) => {
      await pipe.copy(message, producer);
      if (message.text !== '0/2' || attempts++ > 0) return;
      hangs();
      await released;
    };
    await start({ ...pipe.worker, consumer, work });
    await hung;
    await start({ ...pipe.worker, consumer, work });
    await expect.poll(() => pipe.isDone(), PATIENCE).toBe(true); // by the other one
    release();
    await pipe.fill(5, 5);
    await expect.poll(() => pipe.isDone(), PATIENCE).toBe(true);
    expect(attempts).toBe(2);
    await expect(pipe.outputs()).resolves.toEqual(pipe.inputs());
  });
});

function textsOf(partition: number, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `${partition}/${from + i}`);
}

/** From the partitions of one topic into those of another. */
class Pipe {
  readonly #inputs: string[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly worker: { readonly groupId: string; readonly input: string };

  constructor(
    readonly kafka: TestKafka,
    readonly input: string,
    readonly output: string,
    readonly dead: string,
  ) {
    this.worker = { groupId: `group-of-${input}`, input };
  }

  async fill(count: number, from = 0): Promise<void> {
    const records = this.#inputs.flatMap((texts, partition) => {
      const more = textsOf(partition, count, from);
      texts.push(...more);
      return more.map((text) => ({
        topic: this.input,
        partition,
        key: `key ${text}`,
        value: text,
        headers: { own: 'kept' },
      }));
    });
    await useProducer(this.kafka.bootstrap, {}, (producer) => producer.sendAll(records));
  }

  async copy({ text, partition }: Handled, producer: KafkaProducerService): Promise<void> {
    await producer.send({ topic: this.output, partition, value: text });
  }

  inputs(): string[][] {
    return this.#inputs;
  }

  async outputs(): Promise<string[][]> {
    return (await this.committed(this.output)).map((records) => records.map(({ value }) => String(value)));
  }

  async countOutputs(): Promise<number> {
    return (await this.outputs()).flat().length;
  }

  /** @param missing how many messages have no output */
  async isDone(missing = 0): Promise<boolean> {
    return (await this.countOutputs()) >= this.#inputs.flat().length - missing;
  }

  async committed(topic: string) {
    return Promise.all(this.#inputs.map((_, partition) => committedRecordsIn(this.kafka.bootstrap, topic, partition)));
  }
}
