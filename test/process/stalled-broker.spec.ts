import { EmbeddedKafka } from 'embedded-kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from '../support/apache-kafka.js';
import { recordsIn } from '../support/batches-in.js';
import { startProgram } from './run-program.js';

/** One broker with the topic `orders`, and what stalls it. */
interface StallingKafka {
  readonly bootstrap: readonly string[];
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

interface Stalled {
  readonly grownBytes: number;
  readonly accepted: number;
  readonly refusals: Readonly<Record<string, number>>;
}

interface End {
  /** Numbers of the records, in the order in which they were accepted. */
  readonly accepted: readonly number[];
  readonly retriedBatches: number;
}

const OFFERED_RECORDS = 10_000;
const RECORD_BYTES = 20_480;
const BUFFER_BYTES = 32 * 2 ** 20;
const ALLOWED_GROWTH_BYTES = BUFFER_BYTES + 64 * 2 ** 20;
/** More, because what the codec hands over is copied behind its header, and what it handed over waits for the collector. */
const ALLOWED_GROWTH_WITH_CODEC_BYTES = BUFFER_BYTES + 92 * 2 ** 20;

async function apacheKafka(): Promise<StallingKafka> {
  const kafka = await startApacheKafka({ own: true });
  await kafka.createTopic({ name: 'orders', partitions: 1 });
  const node = kafka.node(1);
  return {
    bootstrap: kafka.bootstrap,
    pause: () => node.pause(),
    resume: () => node.resume(),
    stop: () => kafka.stop(),
  };
}

async function embeddedKafka(partitions: number): Promise<StallingKafka> {
  const kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders', partitions }] });
  const broker = kafka.broker(1);
  return {
    bootstrap: kafka.bootstrap,
    pause: () => broker.pause(),
    resume: () => broker.resume(),
    stop: () => kafka.stop(),
  };
}

/** Runs the program through the stall to its end. */
async function runThroughStall(
  kafka: StallingKafka,
  scenario: 'wait' | 'refuse',
  options: object,
): Promise<{ stalled: Stalled; end: End }> {
  const program = startProgram('stalled-broker', [scenario, JSON.stringify(options), ...kafka.bootstrap]);
  await program.said('ready');
  kafka.pause();
  program.tell('go');
  await program.said('stalled').finally(() => kafka.resume());
  const { stdout, stderr } = await program.end;
  const [stalled = '', end = ''] = stdout.split('\n').filter((line) => line.startsWith('{'));
  expect(stderr).toBe('');
  return { stalled: JSON.parse(stalled) as Stalled, end: JSON.parse(end) as End };
}

/** In every partition once, in the order in which they were accepted. */
async function expectInLogOnce({ bootstrap }: StallingKafka, partitions: number, accepted: readonly number[]) {
  const rank = new Map(accepted.map((number, i) => [number, i]));
  const found: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const records = await recordsIn(bootstrap, 'orders', partition);
    const numbers = records.flatMap(({ key }) => (key === null ? [] : [Number(String(key))]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (rank.get(a) ?? -1) - (rank.get(b) ?? -1)));
    found.push(...numbers);
  }
  const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
  expect(ascending(found)).toEqual(ascending(accepted));
}

const all = Array.from({ length: OFFERED_RECORDS }, (_, i) => i);

function suite(partitions: number, start: () => Promise<StallingKafka>, options: object = {}): void {
  let kafka: StallingKafka;
  beforeEach(async () => {
    kafka = await start();
  });
  afterEach(() => kafka?.stop());

  it('grows by the buffer and little more, serves who waits in order, and delivers everything once', async () => {
    const { stalled, end } = await runThroughStall(kafka, 'wait', options);
    expect(stalled.grownBytes).toBeLessThan(ALLOWED_GROWTH_BYTES);
    expect(stalled.accepted).toBeLessThanOrEqual(BUFFER_BYTES / RECORD_BYTES);
    expect(end.accepted).toEqual(all);
    await expectInLogOnce(kafka, partitions, end.accepted);
  });

  it('refuses who waited maxBlockMs, and delivers what it took once', async () => {
    const { stalled, end } = await runThroughStall(kafka, 'refuse', options);
    expect(stalled.grownBytes).toBeLessThan(ALLOWED_GROWTH_BYTES);
    expect(stalled.refusals).toEqual({ KAFKA_PRODUCER_BUFFER_EXHAUSTED: OFFERED_RECORDS - stalled.accepted });
    expect(stalled.accepted).toBeLessThanOrEqual(BUFFER_BYTES / RECORD_BYTES);
    expect(stalled.accepted).toBeGreaterThan(BUFFER_BYTES / RECORD_BYTES / 2);
    expect(end.accepted).toHaveLength(stalled.accepted);
    await expectInLogOnce(kafka, partitions, end.accepted);
  });
}

describeWithOwnKafka('a process to which Apache Kafka stops answering (SIGSTOP)', () => {
  suite(1, apacheKafka);
});

describeWithOwnKafka('a process whose unanswered requests to Apache Kafka are sent again', () => {
  it('delivers everything once, whatever becomes of the attempts it gave up', async () => {
    const kafka = await apacheKafka();
    try {
      const { end } = await runThroughStall(kafka, 'wait', { requestTimeoutMs: 1_000 });
      expect(end.retriedBatches).toBeGreaterThan(0);
      expect(end.accepted).toEqual(all);
      await expectInLogOnce(kafka, 1, end.accepted);
    } finally {
      await kafka.stop();
    }
  });
});

describe('a process to which a broker stops answering', () => {
  suite(1, () => embeddedKafka(1));
});

describe('a process to which the leader of 12 partitions stops answering', () => {
  suite(12, () => embeddedKafka(12));
});

describe('a process to which a broker stops answering, with compression', () => {
  it('gives the memory of batches back when they have been compressed, and delivers everything once', async () => {
    const kafka = await embeddedKafka(1);
    try {
      const { stalled, end } = await runThroughStall(kafka, 'wait', { compressionType: 'lz4' });
      expect(stalled.grownBytes).toBeLessThan(ALLOWED_GROWTH_WITH_CODEC_BYTES);
      // Half of a payload is random: about twice as many fit, and not more.
      expect(stalled.accepted).toBeGreaterThan((1.5 * BUFFER_BYTES) / RECORD_BYTES);
      expect(stalled.accepted).toBeLessThanOrEqual((2 * BUFFER_BYTES) / RECORD_BYTES);
      expect(end.accepted).toEqual(all);
      await expectInLogOnce(kafka, 1, end.accepted);
    } finally {
      await kafka.stop();
    }
  });
});
