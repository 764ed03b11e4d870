import type { INestMicroservice } from '@nestjs/common';
import type { KafkaContext } from '@nestjs/microservices';
import type { KafkaProducerService, ProducerRecord, RecordMetadata } from 'nestjs-kafka-producer';
import type { ExactlyOnceKafkaOptions } from 'nestjs-kafka-producer/microservices';
import { afterEach, beforeEach } from 'vitest';

import { committedRecordsIn } from './batches-in.js';
import { committedOffsetsOf } from './committed-offsets.js';
import type { TransactionalKafka } from './each-transaction-version.js';
import { useProducer } from './use-producer.js';
import { handlerOf, startWorker, type WorkerOptions } from './worker-app.js';

export type HandleValue = (
  value: string,
  partition: number,
  producer: KafkaProducerService,
  context: KafkaContext,
) => unknown;

type WorkOptions = Partial<Omit<WorkerOptions, 'server' | 'controllers'>> & {
  readonly pattern?: 'event' | 'request';
  readonly server?: Partial<Omit<ExactlyOnceKafkaOptions, 'consumer' | 'producer'>>;
  readonly consumer?: Partial<ExactlyOnceKafkaOptions['consumer']>;
};

export const PARTITIONS = 3;

/** Topics and workers of one test: numbers go in, in the order of their partitions, and come out as their handlers send them. */
export class WorkerFixture {
  input = '';
  output = '';
  readonly #kafka: () => TransactionalKafka;
  readonly #apps: INestMicroservice[] = [];

  /** New topics for each test, and no worker left behind. */
  static forEachTest(kafka: () => TransactionalKafka): WorkerFixture {
    const fixture = new WorkerFixture(kafka);
    beforeEach(() => fixture.#newTopics());
    afterEach(() => fixture.closeAll());
    return fixture;
  }

  private constructor(kafka: () => TransactionalKafka) {
    this.#kafka = kafka;
  }

  get groupId(): string {
    return `${this.input}-server`;
  }

  async #newTopics(): Promise<void> {
    const name = `eos-${crypto.randomUUID()}`;
    this.input = `${name}-in`;
    this.output = `${name}-out`;
    await this.#kafka().createTopic(this.input, PARTITIONS);
    await this.#kafka().createTopic(this.output, PARTITIONS);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.close()));
  }

  async createTopic(name: string): Promise<string> {
    await this.#kafka().createTopic(name, PARTITIONS);
    return name;
  }

  place(count: number): Promise<RecordMetadata[]> {
    return this.send(
      Array.from({ length: count }, (_, at) => ({ topic: this.input, value: String(at), partition: at % PARTITIONS })),
    );
  }

  send(records: ProducerRecord[]): Promise<RecordMetadata[]> {
    return useProducer(this.#kafka().bootstrap, {}, (producer) => producer.sendAll(records));
  }

  /** Starts a worker. */
  async work(handle: HandleValue, options: WorkOptions = {}): Promise<INestMicroservice> {
    const { pattern, server, consumer, ...others } = options;
    const controller = handlerOf(
      this.input,
      (value: unknown, context, producer) => handle(String(value), context.getPartition(), producer, context),
      pattern,
    );
    const app = await startWorker(this.#kafka().bootstrap, {
      controllers: [controller],
      ...others,
      server: { ...server, consumer: { groupId: this.input, ...consumer } },
    });
    this.#apps.push(app);
    return app;
  }

  readonly forward: HandleValue = (value, partition, producer) =>
    producer.send({ topic: this.output, value, partition });

  /** Values of the committed records, by partition. */
  readonly outputs = async (topic = this.output): Promise<string[][]> => {
    const records = await this.committed(topic);
    return records.map((each) => each.map(({ value }) => String(value)));
  };

  async committed(topic = this.output) {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    return Promise.all(partitions.map((each) => committedRecordsIn(this.#kafka().bootstrap, topic, each)));
  }

  /** Where the group stands, by partition. */
  readonly offsets = (): Promise<number[]> => committedOffsetsOf(this.#kafka().bootstrap, this.groupId, this.input);
}

/** What `outputs()` gives when each of so many was answered once and in order. */
export function eachOnce(count: number): string[][] {
  return Array.from({ length: PARTITIONS }, (_, partition) =>
    Array.from({ length: count }, (_each, at) => at)
      .filter((at) => at % PARTITIONS === partition)
      .map(String),
  );
}
