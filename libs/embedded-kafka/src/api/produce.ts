import { apis, errorCode, errorName, type RequestOf, type ResponseInput } from 'kafka-wire';
import { isInternalTopic } from '../cluster/internal-topics.js';
import type { Appended, Partition } from '../cluster/partition.js';
import { waitForChange } from '../cluster/wait-for-change.js';
import { readProducedBatch } from '../log/batch-check.js';
import { isRefusal, refusal, type Refusal } from '../log/refusal.js';
import { partitionKey } from '../transactions/transaction-metadata.js';
import { defineHandler, type Answer, type RequestContext } from './api-handler.js';
import { byTopic, type TopicOfEntry } from './by-topic.js';
import { ledPartition } from './leader-check.js';
import { leaderHint, nodeEndpoints } from './leader-hint.js';
import { loadNeededCodecs } from './needed-codecs.js';
import { joinTransaction, type JoinRefusals } from './produce-transaction.js';
import { isMissedById } from './topic-names.js';

type Request = RequestOf<typeof apis.Produce>;
type Response = ResponseInput<typeof apis.Produce>;
type TopicData = Request['topicData'][number];

const ACKS_ALL = -1;
const OK = 0;
/** Kafka's own tools may write to internal topics. */
const ADMIN_CLIENT_ID = '__admin_client';

/** What became of one partition of the request. */
interface Outcome extends TopicOfEntry {
  readonly index: number;
  readonly partition: Partition | undefined;
  /** Where the log begins; -1 for what never came as far as the log. */
  readonly logStartOffset: number;
  /** Stays when the wait for replicas fails: the records are in the log all the same. */
  readonly baseOffset: number;
  result: Appended | Refusal;
}

const NOWHERE = { logStartOffset: -1, baseOffset: -1 };
const BEFORE_LOG: ReadonlySet<number> = new Set([errorCode('MESSAGE_TOO_LARGE'), errorCode('CORRUPT_MESSAGE')]);

export const produce = defineHandler({
  api: apis.Produce,
  versions: { min: 3, max: 13 },
  // Versions 0-2 are gone, but librdkafka believes in no broker that does not list them (KAFKA-18659).
  advertisedMin: 0,

  handle(request, context) {
    const loading = loadNeededCodecs(request, context.cluster);
    return loading === undefined ? serve(request, context) : loading.then(() => serve(request, context));
  },

  refuse: refuseAll,
});

function serve(
  request: Request,
  context: RequestContext,
): Answer<typeof apis.Produce> | Promise<Answer<typeof apis.Produce>> {
  const joined = joinTransaction(request, context);
  if (typeof joined === 'number') return refuseAll(request, joined, context);
  if (joined instanceof Promise) return joined.then((refusals) => appendAll(request, refusals, context));
  return appendAll(request, joined, context);
}

function refuseAll(request: Request, code: number, context: RequestContext): Answer<typeof apis.Produce> {
  const outcomes = request.topicData.flatMap(({ name: topic, topicId, partitionData }) =>
    partitionData.map(({ index }): Outcome => {
      const partition = context.cluster.partition(topic, index);
      const result = { errorCode: code, message: errorName(code) };
      return { topic, topicId, index, partition, ...NOWHERE, result };
    }),
  );
  return answer(request, outcomes, context);
}

function appendAll(
  request: Request,
  joined: JoinRefusals,
  context: RequestContext,
): Answer<typeof apis.Produce> | Promise<Answer<typeof apis.Produce>> {
  const outcomes = request.topicData.flatMap((topic) =>
    topic.partitionData.map((data) => appendTo(topic, data, request.acks, joined, context)),
  );
  if (request.acks !== ACKS_ALL) return answer(request, outcomes, context);
  const waiting = outcomes.filter((outcome) => !isRefusal(outcome.result));
  const isSettled = () => waiting.every((outcome) => isReplicated(outcome, context.brokerId));
  const settled = waitForChange({
    on: waiting.flatMap(({ partition }) => partition ?? []),
    timeoutMs: request.timeoutMs,
    clock: context.cluster.clock,
    signal: context.signal,
    isDone: isSettled,
  });
  if (settled === true) return finish(request, outcomes, context);
  return Promise.resolve(settled).then(() => finish(request, outcomes, context));
}

/** @param joined what the coordinator said: it agrees to the partitions it does not name */
function appendTo(
  { name: topic, topicId }: TopicData,
  { index, records }: TopicData['partitionData'][number],
  acks: number,
  joined: JoinRefusals,
  context: RequestContext,
): Outcome {
  const { cluster } = context;
  const outcome = (result: Outcome['result'], place = NOWHERE): Outcome => {
    return { topic, topicId, index, partition: cluster.partition(topic, index), ...place, result };
  };
  if (cluster.partition(topic, index) === undefined) {
    const isMissing = isMissedById('Produce', context) && cluster.topic(topic) === undefined;
    const name = isMissing ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    return outcome(refusal(name, `${topic || topicId}-${index} does not exist`));
  }
  const header = readProducedBatch(records, context.apiVersion);
  if (isRefusal(header) || records === null) return outcome(header as Refusal);
  const notJoined = joined.get(partitionKey(topic, index));
  if (notJoined !== undefined) return outcome(notJoined);
  if (acks < ACKS_ALL || acks > 1) {
    return outcome(refusal('INVALID_REQUIRED_ACKS', `acks must be -1, 0 or 1, not ${acks}`));
  }
  if (isInternalTopic(topic) && context.clientId !== ADMIN_CLIENT_ID) {
    return outcome(refusal('INVALID_TOPIC_EXCEPTION', `${topic} is internal`));
  }
  const partition = ledPartition(context, topic, index);
  if (typeof partition === 'number') return outcome({ errorCode: partition, message: errorName(partition) });
  if (acks === ACKS_ALL && partition.isUnderMinInSync) {
    return outcome(
      refusal('NOT_ENOUGH_REPLICAS', `${partition.inSync.length} replicas of ${topic}-${index} are in sync`),
      { logStartOffset: partition.log.startOffset, baseOffset: -1 },
    );
  }
  const result = partition.append(records, header, cluster.clock.wallTime(), cluster.settings.codecs, true);
  const { startOffset: logStartOffset } = partition.log;
  if (isRefusal(result))
    return outcome(result, BEFORE_LOG.has(result.errorCode) ? NOWHERE : { logStartOffset, baseOffset: -1 });
  cluster.replicate(partition);
  cluster.replication.appends.notify();
  return outcome(result, { logStartOffset, baseOffset: result.baseOffset });
}

/** Decided one way or another: replicated, or no longer led by this broker. */
function isReplicated({ partition, result }: Outcome, brokerId: number): boolean {
  if (partition === undefined || isRefusal(result)) return true;
  return partition.leader !== brokerId || partition.log.highWatermark > result.lastOffset;
}

/** Answers once the wait is over: what is not replicated by now may still become so, and is reported as timed out. */
function finish(request: Request, outcomes: Outcome[], context: RequestContext): Answer<typeof apis.Produce> {
  for (const outcome of outcomes) {
    const { partition, result } = outcome;
    if (partition === undefined || isRefusal(result)) continue;
    if (partition.leader !== context.brokerId) {
      outcome.result = refusal('NOT_LEADER_OR_FOLLOWER', 'the leadership moved while replicas were awaited');
    } else if (partition.log.highWatermark <= result.lastOffset) {
      outcome.result = refusal('REQUEST_TIMED_OUT', 'appended, but not replicated in time');
    } else if (partition.isUnderMinInSync) {
      outcome.result = refusal('NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'appended to too few in-sync replicas');
    }
  }
  return answer(request, outcomes, context);
}

function answer(request: Request, outcomes: Outcome[], context: RequestContext): Answer<typeof apis.Produce> {
  if (request.acks === 0) return outcomes.some(({ result }) => isRefusal(result)) ? 'close' : 'no-response';
  const misled = outcomes.filter(({ result }) => isRefusal(result) && isAboutLeader(result.errorCode));
  return {
    responses: byTopic(outcomes).map(([{ topic: name, topicId }, partitions]) => ({
      name,
      topicId,
      partitionResponses: partitions.map((outcome) => partitionResponse(outcome, context)),
    })),
    ...(misled.length > 0 && { nodeEndpoints: nodeEndpoints(context, misled) }),
  } satisfies Response;
}

function partitionResponse({ index, partition, logStartOffset, baseOffset, result }: Outcome, context: RequestContext) {
  if (isRefusal(result)) {
    const { errorCode: code, message, recordErrors } = result;
    return {
      index,
      errorCode: code,
      baseOffset,
      logStartOffset,
      // Kafka words only what is about records; everything else a client has to look up by its code.
      ...(recordErrors !== undefined && { recordErrors, errorMessage: message }),
      ...(isAboutLeader(code) && { currentLeader: leaderHint(partition, context) }),
    };
  }
  return { index, errorCode: OK, baseOffset, logAppendTimeMs: result.logAppendTimeMs, logStartOffset };
}

function isAboutLeader(code: number): boolean {
  return code === errorCode('NOT_LEADER_OR_FOLLOWER') || code === errorCode('FENCED_LEADER_EPOCH');
}
