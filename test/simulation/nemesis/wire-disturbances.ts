import type { Fault, FaultAction, Random } from 'embedded-kafka';
import type { ApiName, ErrorName } from 'kafka-wire';

import { noticed, type Disturbance } from './disturbance.js';

/** What brokers answer before they have appended anything. */
const REFUSALS: readonly ErrorName[] = [
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_ENOUGH_REPLICAS',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'CORRUPT_MESSAGE',
  'FENCED_LEADER_EPOCH',
];
/** What brokers answer although the records are in the log. */
const FAILURES: readonly ErrorName[] = [
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_SERVER_ERROR',
];
const REJECTIONS: readonly ErrorName[] = ['INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED'];
/** Without INVALID_PRODUCER_EPOCH: a broker that answers it knows a later epoch, and will not take what is still on its way. Here that would be a lie. */
const LOST_TRACK: readonly ErrorName[] = ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'];

type ActionOf = (random: Random) => FaultAction;

const always =
  (action: FaultAction): ActionOf =>
  () =>
    action;
const oneOf =
  (errors: readonly ErrorName[]): ActionOf =>
  (random) => ({ errorCode: random.pick(errors) });

const struck = (fault: Fault) => ({ mend: () => fault.heal(), hits: () => fault.hits });

function onRequest(api: ApiName, actionOf: ActionOf, maxTimes = 3): Disturbance {
  return ({ kafka, random }) => {
    const times = random.integer(1, maxTimes);
    return struck(kafka.faults.onRequest(api, { times, action: actionOf(random) }));
  };
}

function onResponse(api: ApiName, actionOf: ActionOf, maxTimes = 3): Disturbance {
  return ({ kafka, random }) => {
    const times = random.integer(1, maxTimes);
    return struck(kafka.faults.onResponse(api, { times, action: actionOf(random) }));
  };
}

/** Some partitions of a request fail, the others are served. */
function onPartition(side: 'onRequest' | 'onResponse', errors: readonly ErrorName[]): Disturbance {
  return ({ kafka, random, topic, randomPartition }) => {
    const action = { errorCode: random.pick(errors), topic, partition: randomPartition() };
    return struck(kafka.faults[side]('Produce', { times: random.integer(1, 4), action }));
  };
}

/** Each partition has its own bad moments: what happens to one meets the others in the middle of something. */
const eachInTurn: Disturbance = ({ kafka, random, topic, plan }) => {
  const faults = Array.from({ length: plan.partitions }, (_, partition) =>
    kafka.faults.onRequest('Produce', {
      skip: random.integer(0, 4),
      times: random.integer(1, 2),
      action: { errorCode: random.pick([...REFUSALS, ...LOST_TRACK]), topic, partition },
    }),
  );
  return {
    mend: () => faults.forEach((fault) => fault.heal()),
    hits: () => faults.reduce((sum, fault) => sum + fault.hits, 0),
  };
};

/** Partitions are refused, and the answer does not say so. */
const leftOut: Disturbance = ({ kafka, random, watch }) => {
  const fault = kafka.faults.onRequest('Produce', { times: 2, action: { errorCode: random.pick(REFUSALS) } });
  const hits = noticed(() => watch.omissions);
  watch.isSilentOnFailures = true;
  const mend = (): void => {
    watch.isSilentOnFailures = false;
    fault.heal();
  };
  return { mend, hits };
};

/** What can happen to requests and to their answers. */
export const WIRE_DISTURBANCES: Readonly<Record<string, Disturbance>> = {
  'answer lost': onResponse('Produce', always('drop'), 1),
  'cut before the append': onRequest('Produce', always('cut')),
  'cut after the append': onResponse('Produce', always('cut')),
  'request lost': onRequest('Produce', always('drop'), 1),
  'request held until others have come': onRequest('Produce', always('hold'), 2),
  'request late': onRequest('Produce', (random) => ({ delayMs: random.integer(1, 3_000), evenIfDisconnected: true })),
  'request delayed': onRequest('Produce', (random) => ({ delayMs: random.integer(1, 500) })),
  'answer delayed': onResponse('Produce', (random) => ({ delayMs: random.integer(1, 3_000) })),
  'answer held': onResponse('Produce', always('hold'), 1),
  'refused before the append': onRequest('Produce', oneOf(REFUSALS), 6),
  'failed after the append': onResponse('Produce', oneOf(FAILURES)),
  'one partition refused': onPartition('onRequest', REFUSALS),
  'one partition failed after the append': onPartition('onResponse', FAILURES),
  'one partition rejected': onPartition('onRequest', REJECTIONS),
  'sequence refused': onRequest('Produce', oneOf(LOST_TRACK)),
  'sequence of one partition refused': onPartition('onRequest', LOST_TRACK),
  'partitions refused in turn': eachInTurn,
  'partition left out': leftOut,
  throttled: onResponse('Produce', (random) => ({ throttleMs: random.integer(1, 1_000) })),
  'answer in fragments': onResponse('Produce', (random) => ({ fragmentBytes: random.integer(1, 20) }), 10),
  'answer by a slow line': onResponse('Produce', (random) => ({ bytesPerSecond: random.integer(20, 200) })),
  'request into a black hole': onRequest('Produce', always('black-hole'), 1),
  'answer into a black hole': onResponse('Produce', always('black-hole'), 1),
  'metadata lost': onResponse('Metadata', always('drop'), 1),
  'metadata cut': onRequest('Metadata', always('cut')),
  'metadata late': onResponse('Metadata', (random) => ({ delayMs: random.integer(1, 1_000) })),
  'no producer id': onRequest('InitProducerId', oneOf(['COORDINATOR_LOAD_IN_PROGRESS', 'UNKNOWN_SERVER_ERROR'])),
  'producer id lost': onResponse('InitProducerId', always('cut'), 1),
};
