import { apis, errorCode, errorName, type RecordBatchHeader, type RequestOf } from 'kafka-wire';
import { waitForChange } from '../cluster/wait-for-change.js';
import { readProducedBatch } from '../log/batch-check.js';
import { isRefusal, refusal, type Refusal } from '../log/refusal.js';
import { partitionKey, type TopicPartition } from '../transactions/transaction-metadata.js';
import type { TransactionalProducer } from '../transactions/transaction-coordinator.js';
import type { RequestContext } from './api-handler.js';
import { ledPartition } from './leader-check.js';

type Request = RequestOf<typeof apis.Produce>;

const ABORTABLE_SINCE_VERSION = 11;
const IMPLICIT_SINCE_VERSION = 12;
/** Kafka's `add.partitions.to.txn.retry.backoff.ms` and `.max.ms`. */
const RETRY_MS = 20;
const RETRY_FOR_MS = 100;

interface Joining extends TopicPartition {
  readonly header: RecordBatchHeader;
}

/** What the coordinator said about the partitions of a transactional request: by partition, why not; missing where it agreed. */
export type JoinRefusals = ReadonlyMap<string, Refusal>;

const NOTHING_REFUSED: JoinRefusals = new Map();

/**
 * Asks the coordinator whether the partitions that the request begins to write to take part in its transaction.
 *
 * From version 12 it makes them take part, and waits for a while when markers of the transaction before are still being written.
 *
 * @returns an error code when no partition may be written to
 */
export function joinTransaction(
  request: Request,
  context: RequestContext,
): JoinRefusals | number | Promise<JoinRefusals> {
  const transactional = transactionalBatches(request, context.apiVersion);
  const first = transactional[0];
  if (first === undefined) return NOTHING_REFUSED;
  const { transactionalId } = request;
  if (transactionalId === null) return errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const isOther = transactional.some(({ header }) => !header.producerId.equals(first.header.producerId));
  if (isOther) return errorCode('INVALID_PRODUCER_ID_MAPPING');
  const stale = new Map<string, Refusal>();
  const joining = transactional.filter(({ topic, partition, header }) => {
    const led = ledPartition(context, topic, partition);
    if (typeof led === 'number' || led.producers.isInTransaction(header)) return false;
    if (led.producers.isStale(header)) {
      stale.set(partitionKey(topic, partition), asProduceAnswer(errorCode('PRODUCER_FENCED'), context.apiVersion));
      return false;
    }
    led.producers.verifications.begin(
      header,
      context.apiVersion >= IMPLICIT_SINCE_VERSION,
      context.cluster.clock.wallTime(),
    );
    return true;
  });
  if (joining.length === 0) return stale;
  const { producerId, producerEpoch: epoch } = first.header;
  const producer = { transactionalId, producerId: Buffer.from(producerId), epoch };
  const asked = ask(producer, joining, context);
  return asked instanceof Promise ? asked.then((refused) => merged(stale, refused)) : merged(stale, asked);
}

function ask(
  producer: TransactionalProducer,
  joining: readonly Joining[],
  context: RequestContext,
): JoinRefusals | Promise<JoinRefusals> {
  const { transactions, brokerId, apiVersion } = context;
  const { transactionalId, epoch } = producer;
  const route = `${brokerId} to ${transactions.nodeFor(transactionalId)?.id}`;
  const partitions = joining.map(({ topic, partition }) => ({ topic, partition }));
  const refuse = (code: number) => refuseAll(joining, code, context);
  const question =
    apiVersion >= IMPLICIT_SINCE_VERSION
      ? () => refuse(transactions.availability(transactionalId) || transactions.add(producer, partitions))
      : () => {
          const unavailable = transactions.availability(transactionalId);
          return refusals(joining, (one) => unavailable || transactions.verify(producer, one), context);
        };
  const put = () => transactions.requests.put(route, { transactionalId, epoch, ask: question, refuse });
  return apiVersion >= IMPLICIT_SINCE_VERSION ? untilSettled(put, context) : put();
}

/** Asks again while markers of the transaction before are being written. */
function untilSettled(
  put: () => JoinRefusals | Promise<JoinRefusals>,
  { cluster, signal }: RequestContext,
): JoinRefusals | Promise<JoinRefusals> {
  const { clock } = cluster;
  const startedMs = clock.wallTime();
  const isBusy = (answer: JoinRefusals) =>
    [...answer.values()].some((one) => one.errorCode === errorCode('CONCURRENT_TRANSACTIONS'));
  const settle = (answer: JoinRefusals): JoinRefusals | Promise<JoinRefusals> => {
    if (!isBusy(answer) || clock.wallTime() - startedMs >= RETRY_FOR_MS || signal.aborted) return answer;
    const pause = { on: [], timeoutMs: RETRY_MS, clock, signal, isDone: () => false };
    return Promise.resolve(waitForChange(pause)).then(put).then(settle);
  };
  const first = put();
  return first instanceof Promise ? first.then(settle) : settle(first);
}

function merged(one: JoinRefusals, other: JoinRefusals): JoinRefusals {
  return one.size === 0 ? other : new Map([...one, ...other]);
}

function transactionalBatches({ topicData }: Request, apiVersion: number): Joining[] {
  return topicData.flatMap(({ name, partitionData }) =>
    partitionData.flatMap(({ index, records }) => {
      const header = readProducedBatch(records, apiVersion);
      return isRefusal(header) || !header.isTransactional ? [] : [{ topic: name, partition: index, header }];
    }),
  );
}

function refuseAll(joining: readonly Joining[], code: number, context: RequestContext): JoinRefusals {
  return refusals(joining, () => code, context);
}

function refusals(
  joining: readonly Joining[],
  codeOf: (one: Joining) => number,
  context: RequestContext,
): JoinRefusals {
  const refused = new Map<string, Refusal>();
  for (const one of joining) {
    const code = codeOf(one);
    if (code !== 0) refused.set(partitionKey(one.topic, one.partition), asProduceAnswer(code, context.apiVersion));
  }
  return refused;
}

/** The coordinator's codes as a producer of that version understands them. */
function asProduceAnswer(code: number, apiVersion: number): Refusal {
  const name = errorName(code);
  switch (name) {
    case 'PRODUCER_FENCED':
      return refusal('INVALID_PRODUCER_EPOCH', 'another epoch is the current one');
    case 'TRANSACTION_ABORTABLE':
      return apiVersion >= ABORTABLE_SINCE_VERSION
        ? refusal('TRANSACTION_ABORTABLE', 'the partition was not added to the transaction')
        : worded('INVALID_TXN_STATE', 'the partition was not added to the transaction');
    case 'CONCURRENT_TRANSACTIONS':
    case 'NETWORK_EXCEPTION':
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'COORDINATOR_NOT_AVAILABLE':
      return name === 'CONCURRENT_TRANSACTIONS' && apiVersion >= IMPLICIT_SINCE_VERSION
        ? refusal(name, 'the transaction before is being completed')
        : worded('NOT_ENOUGH_REPLICAS', `the transaction's coordinator answered ${name}`);
    default:
      return { errorCode: code, message: name };
  }
}

/** One of the few answers that Kafka gives in words too. */
function worded(...why: Parameters<typeof refusal>): Refusal {
  return { ...refusal(...why), recordErrors: [] };
}
