import {
  apis,
  decodeRecordBatchHeaders,
  decodeRecords,
  errorName,
  type DecodedRecord,
  type RecordBatchHeader,
} from 'kafka-wire';

import { committedRecordsOf } from './committed-records.js';
import { rawRequest } from './raw-request.js';

/** By topic name: the last versions before topic ids. */
const FETCH_VERSION = 12;
const METADATA_VERSION = 9;
const PER_FETCH_BYTES = 50_000_000;
const READ_COMMITTED = 1;

/** The batches of a partition as they lie in its log: which records travelled together, and how compressed. */
export async function batchesIn(
  bootstrap: readonly string[],
  topic: string,
  partition = 0,
): Promise<RecordBatchHeader[]> {
  const chunks = await logOf(bootstrap, topic, partition);
  return chunks.flatMap((chunk) => decodeRecordBatchHeaders(chunk));
}

/** The records of a partition, in the order of its log. */
export async function recordsIn(bootstrap: readonly string[], topic: string, partition = 0): Promise<DecodedRecord[]> {
  const chunks = await logOf(bootstrap, topic, partition);
  const batches = chunks.flatMap((chunk) => decodeRecordBatchHeaders(chunk).map((it) => decodeRecords(chunk, it)));
  return (await Promise.all(batches)).flat();
}

/**
 * The records of a partition that a consumer with `isolation.level=read_committed` is given, in order: up to the last stable offset, without those of aborted
 * transactions and without markers.
 */
export async function committedRecordsIn(
  bootstrap: readonly string[],
  topic: string,
  partition = 0,
): Promise<DecodedRecord[]> {
  const leader = await leaderOf(bootstrap[0] ?? '', topic, partition);
  const body = await rawRequest(leader, apis.Fetch, FETCH_VERSION, {
    maxBytes: PER_FETCH_BYTES,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: PER_FETCH_BYTES }] }],
  });
  const answer = body.responses[0]?.partitions[0];
  return committedRecordsOf(answer?.records ?? Buffer.alloc(0), answer?.abortedTransactions);
}

async function logOf(bootstrap: readonly string[], topic: string, partition: number): Promise<Buffer[]> {
  const leader = await leaderOf(bootstrap[0] ?? '', topic, partition);
  const chunks: Buffer[] = [];
  for (let fetchOffset = 0, end = 1; fetchOffset < end;) {
    const body = await rawRequest(leader, apis.Fetch, FETCH_VERSION, {
      maxBytes: PER_FETCH_BYTES,
      topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: PER_FETCH_BYTES }] }],
    });
    const answer = body.responses[0]?.partitions[0];
    if (answer === undefined || answer.errorCode !== 0) {
      throw new Error(`fetching ${topic}-${partition} from ${fetchOffset}: ${errorName(answer?.errorCode ?? -1)}`);
    }
    const records = answer.records ?? Buffer.alloc(0);
    const last = decodeRecordBatchHeaders(records).at(-1);
    end = answer.highWatermark;
    if (last === undefined) break;
    chunks.push(records);
    fetchOffset = last.baseOffset + last.lastOffsetDelta + 1;
  }
  return chunks;
}

async function leaderOf(address: string, topic: string, partition: number): Promise<string> {
  const { topics, brokers } = await rawRequest(address, apis.Metadata, METADATA_VERSION, { topics: [{ name: topic }] });
  const leaderId = topics[0]?.partitions.find((it) => it.partitionIndex === partition)?.leaderId;
  const leader = brokers.find((it) => it.nodeId === leaderId);
  if (leader === undefined) throw new Error(`${topic}-${partition} has no leader`);
  return `${leader.host}:${leader.port}`;
}
