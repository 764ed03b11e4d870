import { apis, decodeRecordBatchHeaders, errorName, type RecordBatchHeader } from 'kafka-wire';

import { rawRequest } from './raw-request.js';

/** By topic name: the last versions before topic ids. */
const FETCH_VERSION = 12;
const METADATA_VERSION = 9;
const PER_FETCH_BYTES = 50_000_000;

/** The batches of a partition as they lie in its log: which records travelled together, and how compressed. */
export async function batchesIn(
  bootstrap: readonly string[],
  topic: string,
  partition = 0,
): Promise<RecordBatchHeader[]> {
  const leader = await leaderOf(bootstrap[0] ?? '', topic, partition);
  const batches: RecordBatchHeader[] = [];
  for (let fetchOffset = 0; ; fetchOffset = endOf(batches)) {
    const body = await rawRequest(leader, apis.Fetch, FETCH_VERSION, {
      maxBytes: PER_FETCH_BYTES,
      topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: PER_FETCH_BYTES }] }],
    });
    const answer = body.responses[0]?.partitions[0];
    if (answer === undefined || answer.errorCode !== 0) {
      throw new Error(`fetching ${topic}-${partition} from ${fetchOffset}: ${errorName(answer?.errorCode ?? -1)}`);
    }
    batches.push(...decodeRecordBatchHeaders(answer.records ?? Buffer.alloc(0)));
    if (endOf(batches) >= answer.highWatermark) return batches;
  }
}

function endOf(batches: readonly RecordBatchHeader[]): number {
  const last = batches.at(-1);
  return last === undefined ? 0 : last.baseOffset + last.lastOffsetDelta + 1;
}

async function leaderOf(address: string, topic: string, partition: number): Promise<string> {
  const { topics, brokers } = await rawRequest(address, apis.Metadata, METADATA_VERSION, { topics: [{ name: topic }] });
  const leaderId = topics[0]?.partitions.find((it) => it.partitionIndex === partition)?.leaderId;
  const leader = brokers.find((it) => it.nodeId === leaderId);
  if (leader === undefined) throw new Error(`${topic}-${partition} has no leader`);
  return `${leader.host}:${leader.port}`;
}
