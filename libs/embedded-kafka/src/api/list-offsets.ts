import { apis, decodeRecords, errorCode } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { readableUpTo } from '../log/read-records.js';
import type { StoredBatch } from '../log/stored-batch.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { ledPartition } from './leader-check.js';

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const MAX_TIMESTAMP_SINCE_VERSION = 7;
const READ_COMMITTED = 1;

/** An offset and the record's timestamp; both -1 when nothing was found, the timestamp alone when none was looked for. */
interface FoundOffset {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

const NOTHING: FoundOffset = { offset: -1, timestamp: -1, leaderEpoch: -1 };

export const listOffsets = defineHandler({
  api: apis.ListOffsets,
  // Versions 8 and later ask about tiers of storage, which are not here.
  versions: { min: 1, max: MAX_TIMESTAMP_SINCE_VERSION },

  async handle(request, context) {
    const isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
    const topics = request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex, currentLeaderEpoch, timestamp }) => {
          const partition = ledPartition(context, name, partitionIndex, currentLeaderEpoch);
          if (typeof partition === 'number') return { partitionIndex, errorCode: partition };
          if (!isServed(timestamp, context)) return { partitionIndex, errorCode: errorCode('INVALID_REQUEST') };
          const found = await find(partition, timestamp, readableUpTo(partition, isolation));
          return { partitionIndex, errorCode: 0, ...found };
        }),
      ),
    }));
    return { topics: await Promise.all(topics) };
  },

  refuse: (request, code) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

function isServed(timestamp: number, { apiVersion }: RequestContext): boolean {
  return timestamp >= EARLIEST || (timestamp === MAX_TIMESTAMP && apiVersion >= MAX_TIMESTAMP_SINCE_VERSION);
}

async function find(partition: Partition, timestamp: number, readableTo: number): Promise<FoundOffset> {
  const { log, leaderEpoch } = partition;
  switch (timestamp) {
    case LATEST:
      return { offset: readableTo, timestamp: -1, leaderEpoch };
    case EARLIEST:
      return { offset: log.startOffset, timestamp: -1, leaderEpoch: log.firstLeaderEpoch ?? leaderEpoch };
    case MAX_TIMESTAMP:
      return firstRecordSince(log.batchWithMaxTimestamp(), log.maxTimestamp, readableTo);
    default:
      return firstRecordSince(log.firstBatchSince(timestamp), timestamp, readableTo);
  }
}

async function firstRecordSince(
  batch: StoredBatch | undefined,
  timestamp: number,
  readableTo: number,
): Promise<FoundOffset> {
  if (batch === undefined) return NOTHING;
  const records = await decodeRecords(batch.bytes, batch.header);
  const found = records.find((record) => record.timestamp >= timestamp);
  if (found === undefined || found.offset >= readableTo) return NOTHING;
  return { offset: found.offset, timestamp: found.timestamp, leaderEpoch: batch.header.partitionLeaderEpoch };
}
