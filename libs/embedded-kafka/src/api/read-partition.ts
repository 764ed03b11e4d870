import { errorCode } from 'kafka-wire';
import type { Partition } from '../cluster/partition.js';
import type { FetchedPartition, WantedPartition } from '../fetch-sessions/fetch-session.js';
import { abortedIn } from '../log/aborted-in.js';
import type { EpochEnd } from '../log/leader-epochs.js';
import type { AbortedTransaction } from '../log/partition-transactions.js';
import { readableUpTo } from '../log/read-records.js';
import { Access } from '../security/access.js';
import type { RequestContext } from './api-handler.js';
import type { TopicOfEntry } from './by-topic.js';
import { ledPartition } from './leader-check.js';
import { isMissedById, UNKNOWN_TOPIC } from './topic-names.js';

const ANY_EPOCH = -1;
const NO_BYTES: readonly Buffer[] = [];

/** What is there for one partition of a fetch. */
export interface Found extends FetchedPartition, TopicOfEntry {
  readonly partition: Partition | undefined;
  readonly lastStableOffset: number;
  /** Where the consumer's log and this one part (KIP-595). */
  readonly divergingEpoch: EpochEnd | undefined;
  readonly bytes: readonly Buffer[];
  /** What a reader of read_committed has to leave out. */
  readonly aborted: readonly AbortedTransaction[];
}

export interface RoomToRead {
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly maxBytes: number;
  /** A first batch is given whole, however large. */
  readonly atLeastOneBatch: boolean;
}

/** Reads one partition as Kafka's leader does: whose partition it is, whether the consumer's epochs agree, then what the offset allows. */
export function readPartition(wanted: WantedPartition, room: RoomToRead, context: RequestContext): Found {
  // Here and not only at the door: a session remembers partitions whose right may be lost by now.
  const access = new Access(context.security.authorizer, context.session);
  if (wanted.topic !== UNKNOWN_TOPIC && !access.may('read', 'topic', wanted.topic)) {
    return failed(wanted, errorCode('TOPIC_AUTHORIZATION_FAILED'), context);
  }
  const missing = missingTopic(wanted, context);
  if (missing !== 0) return failed(wanted, missing, context);
  const partition = ledPartition(context, wanted.topic, wanted.partition, wanted.currentLeaderEpoch);
  if (typeof partition === 'number') return failed(wanted, partition, context);
  const { log } = partition;
  const divergingEpoch = divergence(wanted, partition);
  if (typeof divergingEpoch === 'number') return failed(wanted, divergingEpoch, context);
  if (divergingEpoch === undefined && (wanted.fetchOffset < log.startOffset || wanted.fetchOffset > log.endOffset)) {
    return failed(wanted, errorCode('OFFSET_OUT_OF_RANGE'), context);
  }
  const bytes =
    divergingEpoch === undefined
      ? log.readBytes({
          fromOffset: wanted.fetchOffset,
          toOffset: readableUpTo(partition, room.isolation),
          maxBytes: Math.min(room.maxBytes, wanted.partitionMaxBytes),
          atLeastOneBatch: room.atLeastOneBatch,
        })
      : NO_BYTES;
  const sizeBytes = bytes.reduce((sum, one) => sum + one.length, 0);
  return {
    ...topicOf(wanted),
    wanted,
    partition,
    errorCode: 0,
    highWatermark: log.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: log.startOffset,
    divergingEpoch,
    isDiverging: divergingEpoch !== undefined,
    bytes,
    sizeBytes,
    aborted: room.isolation === 'read_committed' ? abortedIn(partition, wanted.fetchOffset, sizeBytes) : [],
  };
}

export function failed(wanted: WantedPartition, code: number, { cluster }: RequestContext): Found {
  return {
    ...topicOf(wanted),
    wanted,
    partition: cluster.partition(wanted.topic, wanted.partition),
    errorCode: code,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: undefined,
    isDiverging: false,
    bytes: NO_BYTES,
    sizeBytes: 0,
    aborted: [],
  };
}

const topicOf = ({ topic, topicId }: WantedPartition): TopicOfEntry => ({ topic, topicId });

/** A session remembers which topic an id was; by now there may be another one of that name. */
function missingTopic({ topic, topicId }: WantedPartition, context: RequestContext): number {
  if (!isMissedById('Fetch', context)) return 0;
  if (topic === UNKNOWN_TOPIC) return errorCode('UNKNOWN_TOPIC_ID');
  const found = context.cluster.topic(topic);
  return found !== undefined && found.id !== topicId ? errorCode('INCONSISTENT_TOPIC_ID') : 0;
}

/** Where the logs part, nothing when they agree, or the code for an epoch this log cannot say anything about. */
function divergence(
  { lastFetchedEpoch, fetchOffset }: WantedPartition,
  { log }: Partition,
): EpochEnd | number | undefined {
  if (lastFetchedEpoch === ANY_EPOCH) return undefined;
  const end = log.epochs.endOf(lastFetchedEpoch, log.endOffset);
  if (end.endOffset < 0) return errorCode('OFFSET_OUT_OF_RANGE');
  return end.leaderEpoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : undefined;
}
