import { apis, errorCode, type RequestOf } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import { waitForChange } from '../cluster/wait-for-change.js';
import { readableUpTo } from '../log/read-records.js';
import type { StoredBatch } from '../log/stored-batch.js';
import { defineHandler, type RequestContext } from './api-handler.js';
import { byTopic, type TopicOfEntry } from './by-topic.js';
import { ledPartition } from './leader-check.js';
import { leaderHint } from './leader-hint.js';

type Request = RequestOf<typeof apis.Fetch>;
type PartitionRequest = Request['topics'][number]['partitions'][number];

const READ_COMMITTED = 1;
const NO_SESSION = 0;
const ZSTD_SINCE_VERSION = 10;

/** What is there for one partition of the request. */
interface Found extends TopicOfEntry {
  readonly index: number;
  readonly partition: Partition | undefined;
  readonly errorCode: number;
  readonly batches: readonly StoredBatch[];
}

export const fetch = defineHandler({
  api: apis.Fetch,
  // From version 13 topics go by their ids.
  versions: { min: 4, max: 12 },

  handle(request, context) {
    // Sessions are optional for a broker: without an id from us every request is a full one.
    if (request.sessionId !== NO_SESSION) return { errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND') };
    let found: Found[] = [];
    const waited = waitForChange({
      on: request.topics.flatMap(({ topic, partitions }) =>
        partitions.flatMap(({ partition }) => context.cluster.partition(topic, partition) ?? []),
      ),
      timeoutMs: request.maxWaitMs,
      clock: context.cluster.clock,
      signal: context.signal,
      isDone: () => {
        found = read(request, context);
        return found.length === 0 || found.some((one) => one.errorCode !== 0) || sizeOf(found) >= request.minBytes;
      },
    });
    if (typeof waited === 'boolean') return answer(found, request);
    return waited.then((happened) => answer(happened ? found : read(request, context), request));
  },

  refuse(request, code, { cluster }) {
    const refused = request.topics.flatMap(({ topic, topicId, partitions }) =>
      partitions.map(({ partition: index }): Found => {
        return { topic, topicId, index, partition: cluster.partition(topic, index), errorCode: code, batches: [] };
      }),
    );
    return answer(refused, request);
  },
});

/** Fills the response partition by partition; only the very first batch may be larger than the room for it. */
function read(request: Request, context: RequestContext): Found[] {
  const found: Found[] = [];
  let room = request.maxBytes;
  for (const { topic, partitions } of request.topics) {
    for (const wanted of partitions) {
      const isFirst = room === request.maxBytes;
      const one = readPartition(topic, wanted, request, context, { room, isFirst });
      room -= sizeOf([one]);
      found.push(one);
    }
  }
  return found;
}

function readPartition(
  topic: string,
  wanted: PartitionRequest,
  request: Request,
  context: RequestContext,
  { room, isFirst }: { readonly room: number; readonly isFirst: boolean },
): Found {
  const { partition: index, fetchOffset } = wanted;
  const partition = ledPartition(context, topic, index, wanted.currentLeaderEpoch);
  if (typeof partition === 'number') {
    return {
      topic,
      topicId: '',
      index,
      partition: context.cluster.partition(topic, index),
      errorCode: partition,
      batches: [],
    };
  }
  const { log } = partition;
  if (fetchOffset < log.startOffset || fetchOffset > log.endOffset) {
    return { topic, topicId: '', index, partition, errorCode: errorCode('OFFSET_OUT_OF_RANGE'), batches: [] };
  }
  const isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
  const batches = log.read({
    fromOffset: fetchOffset,
    toOffset: readableUpTo(partition, isolation),
    maxBytes: Math.min(room, wanted.partitionMaxBytes),
    atLeastOneBatch: isFirst,
  });
  const isUnreadable =
    context.apiVersion < ZSTD_SINCE_VERSION && batches.some(({ header }) => header.compressionType === 'zstd');
  return isUnreadable
    ? { topic, topicId: '', index, partition, errorCode: errorCode('UNSUPPORTED_COMPRESSION_TYPE'), batches: [] }
    : { topic, topicId: '', index, partition, errorCode: 0, batches };
}

function sizeOf(found: readonly Found[]): number {
  let bytes = 0;
  for (const { batches } of found) for (const batch of batches) bytes += batch.bytes.length;
  return bytes;
}

function answer(found: readonly Found[], { isolationLevel }: Request) {
  const responses = byTopic(found).map(([{ topic }, entries]) => ({
    topic,
    partitions: entries.map(({ index, partition, errorCode: code, batches }) => ({
      partitionIndex: index,
      errorCode: code,
      highWatermark: partition?.log.highWatermark ?? -1,
      lastStableOffset: partition?.lastStableOffset ?? -1,
      logStartOffset: partition?.log.startOffset ?? -1,
      abortedTransactions: isolationLevel === READ_COMMITTED ? [] : null,
      records: Buffer.concat(batches.map(({ bytes }) => bytes)),
      ...(code !== 0 && { currentLeader: leaderHint(partition) }),
    })),
  }));
  return { responses };
}
