import type { INestMicroservice } from '@nestjs/common';
import { RpcException, type KafkaContext } from '@nestjs/microservices';
import type { KafkaProducerService } from 'nestjs-kafka-producer';
import { afterEach, expect, it } from 'vitest';

import { committedRecordsIn } from '../support/batches-in.js';
import { describeOnEachTransactionVersion } from '../support/each-transaction-version.js';
import { Random } from 'embedded-kafka';
import { committedOffsetsOf } from '../support/committed-offsets.js';
import { useProducer } from '../support/use-producer.js';
import { handlerOf, startWorker, type WorkerOptions } from '../support/worker-app.js';

const PARTITIONS = 3;
const PATIENCE = { timeout: 45_000, interval: 50 };
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describeOnEachTransactionVersion('exactly-once handlers', (kafka) => {
  const apps: INestMicroservice[] = [];
  let topics = 0;
  let input: string;
  let output: string;

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function newTopics(): Promise<void> {
    const name = `eos-${topics++}`;
    input = `${name}-in`;
    output = `${name}-out`;
    await kafka().createTopic(input, PARTITIONS);
    await kafka().createTopic(output, PARTITIONS);
  }

  const place = (count: number, from = 0) =>
    useProducer(kafka().bootstrap, {}, (producer) =>
      producer.sendAll(
        Array.from({ length: count }, (_, at) => ({
          topic: input,
          value: String(from + at),
          partition: at % PARTITIONS,
        })),
      ),
    );

  /** Values of the committed records, by partition. */
  async function outputs(topic = output): Promise<string[][]> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const records = await Promise.all(partitions.map((each) => committedRecordsIn(kafka().bootstrap, topic, each)));
    return records.map((each) => each.map(({ value }) => String(value)));
  }

  const expected = (count: number): string[][] =>
    Array.from({ length: PARTITIONS }, (_, partition) =>
      Array.from({ length: count }, (_each, at) => at)
        .filter((at) => at % PARTITIONS === partition)
        .map(String),
    );

  async function work(
    handle: (value: string, partition: number, producer: KafkaProducerService, context: KafkaContext) => unknown,
    options: Partial<Omit<WorkerOptions, 'server'>> & { server?: Partial<WorkerOptions['server']> } = {},
  ): Promise<INestMicroservice> {
    const handler = handlerOf(input, (value: unknown, context, producer) =>
      handle(String(value), context.getPartition(), producer, context),
    );
    const app = await startWorker(kafka().bootstrap, {
      controllers: [handler],
      ...options,
      server: { consumer: { groupId: input }, ...options.server },
    });
    apps.push(app);
    return app;
  }

  const forward = (value: string, partition: number, producer: KafkaProducerService) =>
    producer.send({ topic: output, value, partition });

  it.each([1, 20])(
    'answer every message once when handlers fail at random, %i messages per unit',
    async (maxMessagesPerUnit) => {
      const random = new Random(SEED);
      await newTopics();
      const count = 120;
      await place(count);
      let failures = 0;
      await work(
        async (value, partition, producer) => {
          const isEarly = random.next() < 0.05;
          if (isEarly) throw new Error(`early, seed ${SEED}: ${failures++}`);
          await forward(value, partition, producer);
          if (random.next() < 0.05) throw new RpcException(`late, seed ${SEED}: ${failures++}`);
        },
        { server: { maxMessagesPerUnit, redelivery: { backoffMs: 5, backoffMaxMs: 20 } } },
      );
      await expect.poll(outputs, { ...PATIENCE, message: `seed ${SEED}` }).toEqual(expected(count));
      expect(failures).toBeGreaterThan(0);
      const ends = Array.from({ length: PARTITIONS }, () => count / PARTITIONS);
      await expect.poll(() => committedOffsetsOf(kafka().bootstrap, `${input}-server`, input), PATIENCE).toEqual(ends);
    },
  );
});
