import { Test, type TestingModuleBuilder } from '@nestjs/testing';

import type { Delivery } from '../../record/delivery.js';
import type { ProducerRecord } from '../../record/producer-record.js';
import type { RecordMetadata } from '../../record/record-metadata.js';
import { KAFKA_CLUSTER, PRODUCER_PIPELINE } from '../../kafka-producer.tokens.js';

/** A cluster that is reachable, or is not, and says what happened to it. */
export class FakeCluster {
  readonly log: string[] = [];
  unreachable: Error | undefined;

  async ping(timeoutMs: number): Promise<void> {
    this.log.push(`ping within ${timeoutMs}`);
    if (this.unreachable !== undefined) throw this.unreachable;
  }

  async close(): Promise<void> {
    this.log.push('close');
  }

  brokers(): [] {
    return [];
  }
}

/** A pipeline that acknowledges everything at once. */
export class FakePipeline {
  readonly records: ProducerRecord[] = [];
  readonly log: string[];
  undelivered = 0;
  report = { delivered: 0, undelivered: 0 };

  constructor(log: string[]) {
    this.log = log;
  }

  async send(record: ProducerRecord): Promise<RecordMetadata> {
    this.records.push(record);
    return { topic: record.topic, partition: 0, offset: '0' };
  }

  async sendAll(records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return await Promise.all(records.map((record) => this.send(record)));
  }

  async enqueue(record: ProducerRecord): Promise<Delivery> {
    return { acknowledged: this.send(record) };
  }

  async flush(): Promise<void> {
    this.log.push('flush');
  }

  async close(timeoutMs: number): Promise<{ delivered: number; undelivered: number }> {
    this.log.push(`drain within ${timeoutMs}`);
    return this.report;
  }
}

/** An application whose parts below the service are fakes; everything of Nest is real. */
export function withFakeParts(metadata: Parameters<typeof Test.createTestingModule>[0]): {
  builder: TestingModuleBuilder;
  cluster: FakeCluster;
  pipeline: FakePipeline;
} {
  const cluster = new FakeCluster();
  const pipeline = new FakePipeline(cluster.log);
  const builder = Test.createTestingModule(metadata)
    .overrideProvider(KAFKA_CLUSTER)
    .useValue(cluster)
    .overrideProvider(PRODUCER_PIPELINE)
    .useValue(pipeline);
  return { builder, cluster, pipeline };
}

/** For tests that only need the module to be there. */
export const client = { brokers: ['localhost:9092'] };
