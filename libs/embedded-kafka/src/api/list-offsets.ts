import { apis, decodeRecords, errorCode, type RequestOf } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { readableUpTo } from '../log/read-records.js';
import type { StoredBatch } from '../log/stored-batch.js';
import { outside, type Clock } from '../time/clock.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { ledPartition } from './leader-check.js';

type PartitionRequest = RequestOf<typeof apis.ListOffsets>['topics'][number]['partitions'][number];

/** What may be asked for instead of a time, and since which version of the request. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const SINCE_VERSION = new Map([
  [LATEST, 0],
  [EARLIEST, 0],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  // The end of what is in remote storage, and the beginning of what is to go there: there is none.
  [-5, 9],
  [-6, 11],
]);
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
  versions: { min: 1, max: 11 },

  async handle(request, context) {
    const isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
    const topics = request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        onlyOnce(partitions).map(async ({ asked, isRepeated }) => {
          const { partitionIndex, timestamp } = asked;
          const partition = isRepeated ? errorCode('INVALID_REQUEST') : lookUp(name, asked, context);
          if (typeof partition === 'number') return { partitionIndex, errorCode: partition };
          return {
            partitionIndex,
            errorCode: 0,
            ...(await find(partition, timestamp, isolation, context.cluster.clock)),
          };
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

/** A partition that is asked for more than once is refused, once. */
function onlyOnce(partitions: readonly PartitionRequest[]): { asked: PartitionRequest; isRepeated: boolean }[] {
  const byIndex = new Map<number, { asked: PartitionRequest; isRepeated: boolean }>();
  for (const asked of partitions) {
    byIndex.set(asked.partitionIndex, { asked, isRepeated: byIndex.has(asked.partitionIndex) });
  }
  return [...byIndex.values()];
}

function lookUp(
  name: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: PartitionRequest,
  context: RequestContext,
): Partition | number {
  if (timestamp < 0 && context.apiVersion < (SINCE_VERSION.get(timestamp) ?? Infinity)) {
    return errorCode('UNSUPPORTED_VERSION');
  }
  return ledPartition(context, name, partitionIndex, currentLeaderEpoch);
}

function find(
  partition: Partition,
  timestamp: number,
  isolation: 'read_committed' | 'read_uncommitted',
  clock: Clock,
): FoundOffset | Promise<FoundOffset> {
  const { log } = partition;
  const readableTo = readableUpTo(partition, isolation);
  switch (timestamp) {
    case LATEST:
      return { offset: readableTo, timestamp: -1, leaderEpoch: log.epochs.latest ?? -1 };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, timestamp: -1, leaderEpoch: log.epochs.earliest?.epoch ?? -1 };
    case MAX_TIMESTAMP:
      return firstRecordSince(partition, log.batchWithMaxTimestamp(), log.maxTimestamp, readableTo, clock);
    default:
      if (timestamp < 0) return NOTHING;
      return firstRecordSince(partition, log.firstBatchSince(timestamp), timestamp, readableTo, clock);
  }
}

async function firstRecordSince(
  { log }: Partition,
  batch: StoredBatch | undefined,
  timestamp: number,
  readableTo: number,
  clock: Clock,
): Promise<FoundOffset> {
  if (batch === undefined) return NOTHING;
  const records = await outside(clock, () => decodeRecords(batch.bytes, batch.header));
  const found = records.find((record) => record.timestamp >= timestamp && record.offset >= log.startOffset);
  if (found === undefined || found.offset >= readableTo) return NOTHING;
  return { offset: found.offset, timestamp: found.timestamp, leaderEpoch: batch.header.partitionLeaderEpoch };
}
