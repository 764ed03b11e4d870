import { crc32c } from 'kafka-wire';

import type { RecordMetadata } from '../../record/record-metadata.js';
import { FakeCluster } from '../../sender/spec-support/fake-cluster.js';
import { ManualClock } from '../../support/spec-support/manual-clock.js';
import type { PipelineSettings } from '../pipeline-settings.js';
import { ProducerPipeline } from '../producer-pipeline.js';

const DEFAULTS: PipelineSettings = {
  acks: -1,
  enableIdempotence: true,
  lingerMs: 0,
  batchSizeBytes: 16_384,
  codec: undefined,
  maxInFlightRequestsPerConnection: 5,
  retries: 2_147_483_647,
  deliveryTimeoutMs: 120_000,
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  bufferMemoryBytes: 1_000_000,
  maxBlockMs: 60_000,
  maxRequestSizeBytes: 1_048_576,
  partitioner: 'sticky',
  checksum: crc32c,
};

export interface TestPipeline {
  readonly pipeline: ProducerPipeline;
  readonly cluster: FakeCluster;
  readonly clock: ManualClock;
  /** Errors of batches that were given up. */
  readonly failures: Error[];
}

/** A whole pipeline over a cluster that answers what the test says, in time that moves when told. Topic `t` has one partition, on node 1. */
export function testPipeline(settings: Partial<PipelineSettings> = {}, clock = new ManualClock()): TestPipeline {
  const cluster = new FakeCluster();
  cluster.addTopic('t', [1]);
  const failures: Error[] = [];
  const listener = { batchFailed: (error: Error) => void failures.push(error) };
  const pipeline = new ProducerPipeline({ ...DEFAULTS, ...settings }, cluster, clock, listener);
  return { pipeline, cluster, clock, failures };
}

/** One whose topic `t` has a record acknowledged at offset 0: the first batch of a producer goes alone, those after it need not. */
export async function warmPipeline(settings: Partial<PipelineSettings> = {}): Promise<TestPipeline> {
  const test = testPipeline(settings);
  await sendAlone(test, 'first');
  test.cluster.takeOne().acknowledge(0);
  await test.clock.settle();
  return test;
}

export interface Tracked<T> {
  state: 'pending' | 'resolved' | 'rejected';
  value?: T;
  error?: unknown;
}

/** A promise's outcome as it stands: does not wait for it. */
export function track<T>(promise: Promise<T>): {
  value?: T;
  error?: unknown;
  state: 'pending' | 'resolved' | 'rejected';
} {
  const tracked: { value?: T; error?: unknown; state: 'pending' | 'resolved' | 'rejected' } = { state: 'pending' };
  promise.then(
    (value) => Object.assign(tracked, { value, state: 'resolved' }),
    (error: unknown) => Object.assign(tracked, { error, state: 'rejected' }),
  );
  return tracked;
}

/** Sends one record and lets its batch leave: a batch of its own. */
export async function sendAlone({ pipeline, clock }: TestPipeline, value: string): Promise<Tracked<RecordMetadata>> {
  const tracked = track(pipeline.send({ topic: 't', value }));
  await clock.settle();
  return tracked;
}
