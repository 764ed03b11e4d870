import {
  apis,
  decodeResponse,
  encodeProduceRequest,
  NEWEST_HAND_WRITTEN_PRODUCE_VERSION,
  type ProduceTopic,
  type ResponseOf,
} from 'kafka-wire';

import type { ProducerBatch } from '../accumulator/producer-batch.js';
import type { WireRequest } from '../cluster/cluster.js';
import type { PartitionFlight } from './partition-flight.js';
import type { PartitionResponse } from './produce-outcome.js';

export type ProduceResponse = ResponseOf<typeof apis.Produce>;

/** One batch and the partition it belongs to: at most one of a partition per request. */
export interface Passenger {
  readonly flight: PartitionFlight;
  readonly batch: ProducerBatch;
}

export interface ProduceLimits {
  /** 0, 1 or -1 for all. */
  readonly acks: number;
  readonly requestTimeoutMs: number;
  /** Set when the records belong to a transaction. */
  readonly transaction?: ProduceTransaction | undefined;
}

/** Who writes in a transaction, and in which versions: they tell the broker how partitions join it. Read again for every request. */
export interface ProduceTransaction {
  readonly transactionalId: string;
  readonly produceVersions: { readonly min: number; readonly max: number };
}

/** One request to one broker. `undefined` is the result with `acks: 0`, which is never answered. */
export function produceRequest(
  passengers: readonly Passenger[],
  { acks, requestTimeoutMs, transaction }: ProduceLimits,
): WireRequest<ProduceResponse | undefined> {
  const topics = byTopic(passengers);
  return {
    api: apis.Produce,
    ...(transaction !== undefined && { minVersion: transaction.produceVersions.min }),
    maxVersion: Math.min(NEWEST_HAND_WRITTEN_PRODUCE_VERSION, transaction?.produceVersions.max ?? Infinity),
    timeoutMs: requestTimeoutMs,
    expectResponse: acks !== 0,
    encode: (version, correlationId, clientId) =>
      encodeProduceRequest(version, correlationId, clientId, {
        transactionalId: transaction?.transactionalId ?? null,
        acks,
        timeoutMs: requestTimeoutMs,
        topics,
      }),
    decode: (version, frame) => decodeResponse(apis.Produce, version, frame).body,
  };
}

/** The answer's part for a batch, if there is one. */
export function responseLookup(response: ProduceResponse): (batch: ProducerBatch) => PartitionResponse | undefined {
  const topics = new Map<string, Map<number, PartitionResponse>>();
  for (const { name, partitionResponses } of response.responses) {
    let partitions = topics.get(name);
    if (partitions === undefined) topics.set(name, (partitions = new Map()));
    for (const partition of partitionResponses) partitions.set(partition.index, partition);
  }
  return ({ topic, partition }) => topics.get(topic)?.get(partition);
}

function byTopic(passengers: readonly Passenger[]): ProduceTopic[] {
  const topics = new Map<string, { index: number; records: Uint8Array }[]>();
  for (const { batch } of passengers) {
    const partitions = topics.get(batch.topic);
    const partition = { index: batch.partition, records: batch.encoded };
    if (partitions === undefined) topics.set(batch.topic, [partition]);
    else partitions.push(partition);
  }
  return Array.from(topics, ([name, partitions]) => ({ name, partitions }));
}
