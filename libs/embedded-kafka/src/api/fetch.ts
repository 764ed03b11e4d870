import { apis, errorCode, type RequestOf } from 'kafka-wire';
import { waitForChange } from '../cluster/wait-for-change.js';
import type { FetchSession, WantedPartition } from '../fetch-sessions/fetch-session.js';
import { defineHandler, type Answer, type RequestContext } from './api-handler.js';
import { byTopic } from './by-topic.js';
import { leaderHint, nodeEndpoints } from './leader-hint.js';
import { failed, readPartition, type Found } from './read-partition.js';
import { FETCH_BY_ID_SINCE } from './topic-names.js';

type Request = RequestOf<typeof apis.Fetch>;

const READ_COMMITTED = 1;
const HINTS_SINCE_VERSION = 16;
/** Kafka's `fetch.max.bytes` of a broker. */
const MAX_BYTES = 57_671_680;
/** Kafka takes such partitions out before it reads: they are told when the others are, and do not hurry them. */
const REFUSED_BEFORE_READING: ReadonlySet<number> = new Set([
  errorCode('TOPIC_AUTHORIZATION_FAILED'),
  errorCode('UNKNOWN_TOPIC_ID'),
  errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
]);

export const fetch = defineHandler({
  api: apis.Fetch,
  versions: { min: 4, max: 17 },

  handle(request, context) {
    const { sessionId, sessionEpoch } = request;
    const session = context.fetchSessions.open(sessionId, sessionEpoch, context.apiVersion >= FETCH_BY_ID_SINCE);
    if (typeof session === 'number') return { errorCode: session };
    session?.update(wantedOf(request), request.forgottenTopicsData.flatMap(partitionsOf));
    const wanted = session?.wanted ?? wantedOf(request);
    let found: Found[] = [];
    const waited = waitForChange({
      on: wanted.flatMap(({ topic, partition }) => context.cluster.partition(topic, partition) ?? []),
      timeoutMs: request.maxWaitMs,
      clock: context.cluster.clock,
      signal: context.signal,
      isDone: () => {
        found = read(wanted, request, context);
        const served = found.filter((one) => !REFUSED_BEFORE_READING.has(one.errorCode));
        return served.length === 0 || served.some(mustBeTold) || sizeOf(found) >= Math.min(request.minBytes, MAX_BYTES);
      },
    });
    if (typeof waited === 'boolean') return finish(found, session, request, context);
    return waited.then((happened) =>
      finish(happened ? found : read(wanted, request, context), session, request, context),
    );
  },

  refuse(request, code, context) {
    return answer(
      wantedOf(request).map((wanted) => failed(wanted, code, context)),
      request,
      context,
    );
  },
});

function wantedOf({ topics }: Request): WantedPartition[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((wanted) => ({ topic, topicId, ...wanted })),
  );
}

function partitionsOf({ topic, topicId, partitions }: Request['forgottenTopicsData'][number]) {
  return partitions.map((partition) => ({ topic, topicId, partition }));
}

const mustBeTold = (found: Found): boolean => found.errorCode !== 0 || found.isDiverging;

/** Fills the response partition by partition; only the very first batch may be larger than the room for it. */
function read(wanted: readonly WantedPartition[], request: Request, context: RequestContext): Found[] {
  const isolation = request.isolationLevel === READ_COMMITTED ? 'read_committed' : 'read_uncommitted';
  let room = Math.min(request.maxBytes, MAX_BYTES);
  let atLeastOneBatch = true;
  return wanted.map((one) => {
    const found = readPartition(one, { isolation, maxBytes: Math.max(room, 0), atLeastOneBatch }, context);
    room -= found.sizeBytes;
    if (found.sizeBytes > 0) atLeastOneBatch = false;
    return found;
  });
}

function sizeOf(found: readonly Found[]): number {
  return found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function finish(found: readonly Found[], session: FetchSession | undefined, request: Request, context: RequestContext) {
  if (session === undefined) return answer(found, request, context);
  const news = session.takeNews(found);
  return { ...answer(news, request, context), sessionId: context.fetchSessions.keep(session) };
}

function answer(found: readonly Found[], { isolationLevel }: Request, context: RequestContext) {
  const misled = context.apiVersion < HINTS_SINCE_VERSION ? [] : found.filter((one) => isAboutLeader(one.errorCode));
  const responses = byTopic(found).map(([{ topic, topicId }, entries]) => ({
    topic,
    topicId,
    partitions: entries.map((one) => ({
      partitionIndex: one.wanted.partition,
      errorCode: one.errorCode,
      highWatermark: one.highWatermark,
      lastStableOffset: one.lastStableOffset,
      logStartOffset: one.logStartOffset,
      ...(one.divergingEpoch && { divergingEpoch: epochEnd(one.divergingEpoch) }),
      abortedTransactions: isolationLevel === READ_COMMITTED || one.partition === undefined ? one.aborted : null,
      records: one.bytes.length === 1 ? (one.bytes[0] as Buffer) : Buffer.concat(one.bytes),
      ...(misled.includes(one) && { currentLeader: leaderHint(one.partition, context) }),
    })),
  }));
  return {
    responses,
    ...(misled.length > 0 && { nodeEndpoints: nodeEndpoints(context, misled) }),
  } satisfies Answer<typeof apis.Fetch>;
}

const epochEnd = ({ leaderEpoch: epoch, endOffset }: NonNullable<Found['divergingEpoch']>) => ({ epoch, endOffset });

function isAboutLeader(code: number): boolean {
  return code === errorCode('NOT_LEADER_OR_FOLLOWER') || code === errorCode('FENCED_LEADER_EPOCH');
}
