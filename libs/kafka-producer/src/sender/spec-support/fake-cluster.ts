import { apis, decodeRecordBatchHeaders, decodeRequest, ZERO_UUID, type RequestOf } from 'kafka-wire';

import type { Cluster, LeaderHint, TopicMetadata, WireRequest } from '../../cluster/cluster.js';
import { ConnectionLostError } from '../../cluster/cluster.errors.js';
import type { ProduceResponse } from '../produce-attempt.js';
import { QuietCluster } from './quiet-cluster.js';

type ProduceBody = RequestOf<typeof apis.Produce>;
type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

/** One batch as the cluster received it. */
export interface ReceivedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
  readonly epoch: number;
  readonly sequence: number;
  readonly recordCount: number;
}

/** A produce request that has arrived and waits for what the test makes of it. */
export class ReceivedRequest {
  readonly batches: readonly ReceivedBatch[];

  constructor(
    readonly nodeId: number,
    readonly body: ProduceBody,
    readonly settle: { answer: (response: ProduceResponse | undefined) => void; lose: (error: unknown) => void },
  ) {
    this.batches = body.topicData.flatMap(({ name, partitionData }) =>
      partitionData.map(({ index, records }) => {
        const bytes = Buffer.from(records!);
        const header = decodeRecordBatchHeaders(bytes)[0]!;
        const { producerEpoch: epoch, baseSequence: sequence, recordCount } = header;
        return { topic: name, partition: index, bytes, epoch, sequence, recordCount };
      }),
    );
  }

  /** Appends everything, at offsets that start with `baseOffset`. */
  acknowledge(baseOffset = 0): void {
    this.answer(() => ({ baseOffset }));
  }

  refuse(errorCode: number): void {
    this.answer(() => ({ errorCode, baseOffset: -1 }));
  }

  /** @param partitionAnswer `undefined` leaves the partition out */
  answer(
    partitionAnswer: (batch: ReceivedBatch) => Partial<PartitionAnswer> | undefined,
    options: { throttleTimeMs?: number } = {},
  ): void {
    const responses = this.batches.flatMap((batch) => {
      const given = partitionAnswer(batch);
      return given === undefined
        ? []
        : [
            {
              name: batch.topic,
              topicId: ZERO_UUID,
              partitionResponses: [{ ...PARTITION_DEFAULTS, index: batch.partition, ...given }],
            },
          ];
    });
    this.settle.answer({ responses, throttleTimeMs: options.throttleTimeMs ?? 0, nodeEndpoints: [] });
  }

  lose(written = true): void {
    this.settle.lose(new ConnectionLostError({ broker: `node ${this.nodeId}`, written }));
  }
}

const PARTITION_DEFAULTS: Omit<PartitionAnswer, 'index'> = {
  errorCode: 0,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
};

/** The port to Kafka with a test on the other side. Every broker is connected; nothing is answered but what the test answers. */
export class FakeCluster extends QuietCluster implements Cluster {
  readonly topics = new Map<string, TopicMetadata>();
  readonly received: ReceivedRequest[] = [];
  readonly invalidated: { topic: string; hint: LeaderHint | undefined }[] = [];
  /** What `loadTopic()` waits for; absent topics stay unknown for ever. */
  onLoadTopic: (name: string) => Promise<TopicMetadata> = () => new Promise(() => {});
  /** What `reloadTopic()` waits for: nothing new, unless a test knows better. */
  onReloadTopic: (name: string) => Promise<TopicMetadata> = (name) => Promise.resolve(this.topics.get(name)!);
  /** Topics the brokers are sure not to give us, and why. */
  readonly refusals = new Map<string, Error>();
  onInitProducerId: () => Promise<{ errorCode: number; producerId: Buffer; producerEpoch: number }> = () =>
    Promise.resolve({
      errorCode: 0,
      producerId: Buffer.from([0, 0, 0, 0, 0, 0, 0, ++this.#producerIds]),
      producerEpoch: 0,
    });
  onConnect: (nodeId: number) => Promise<void> = () => Promise.resolve();
  readonly unreachable = new Set<number>();
  #producerIds = 0;
  readonly #listeners = new Set<() => void>();

  /** @param leaders the node id that leads each partition; -1 for none */
  addTopic(name: string, leaders: readonly number[], topicId?: string): void {
    const partitions = leaders.map((leader, partition) => ({
      partition,
      leader,
      leaderEpoch: 0,
      replicas: [leader],
      isr: [leader],
      errorCode: 0,
    }));
    const available = partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
    this.topics.set(name, { name, ...(topicId !== undefined && { topicId }), partitions, available });
    for (const listener of this.#listeners) listener();
  }

  /** Requests nobody has answered yet; takes them. */
  take(): ReceivedRequest[] {
    return this.received.splice(0);
  }

  takeOne(): ReceivedRequest {
    const request = this.received.shift();
    if (request === undefined) throw new Error('No produce request has arrived');
    return request;
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  loadTopic(name: string): Promise<TopicMetadata> {
    return this.onLoadTopic(name);
  }

  reloadTopic(name: string): Promise<TopicMetadata> {
    return this.onReloadTopic(name);
  }

  refusal(topic: string): Error | undefined {
    return this.refusals.get(topic);
  }

  invalidate(topic: string, hint?: LeaderHint): void {
    this.invalidated.push({ topic, hint });
  }

  onMetadataChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isReady(nodeId: number): boolean {
    return !this.unreachable.has(nodeId);
  }

  connect(nodeId: number): Promise<void> {
    return this.onConnect(nodeId);
  }

  send<R>(nodeId: number, request: WireRequest<R>): Promise<R> {
    if (request.api.name === 'InitProducerId') {
      return this.onInitProducerId().then((answer) => ({ throttleTimeMs: 0, ...answer }) as R);
    }
    const frame = Buffer.concat(request.encode(12, this.received.length, 'test')).subarray(4);
    const body = decodeRequest(frame).body as ProduceBody;
    return new Promise<R>((resolve, reject) => {
      const answer = (response: ProduceResponse | undefined): void => resolve(response as R);
      this.received.push(new ReceivedRequest(nodeId, body, { answer, lose: reject }));
      if (!request.expectResponse) answer(undefined);
    });
  }
}
