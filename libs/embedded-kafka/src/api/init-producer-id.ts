import { apis, errorCode, NO_PRODUCER_ID } from 'kafka-wire';
import { NO_EPOCH } from '../transactions/transaction-metadata.js';
import { defineHandler } from './api-handler.js';
import { fencedAs } from './fenced-as.js';

const FENCED_SINCE_VERSION = 4;

/**
 * Hands out producer ids. As in Kafka an id and epoch that an idempotent producer brings along are ignored: it always gets a new id. A
 * transactional one keeps its id and rises by an epoch.
 */
export const initProducerId = defineHandler({
  api: apis.InitProducerId,
  versions: { min: 0, max: 5 },

  handle(request, { cluster, transactions, brokerId, apiVersion }) {
    const { transactionalId, producerId, producerEpoch: epoch, transactionTimeoutMs: timeoutMs } = request;
    const isNew = producerId.equals(NO_PRODUCER_ID);
    if (isNew !== (epoch === NO_EPOCH)) return { errorCode: errorCode('INVALID_REQUEST'), producerEpoch: NO_EPOCH };
    if (transactionalId === null) return { producerId: cluster.nextProducerId(), producerEpoch: 0 };
    const refused = transactions.check(transactionalId, brokerId);
    if (refused !== 0) return { errorCode: refused, producerEpoch: NO_EPOCH };
    const held = isNew ? undefined : { producerId: Buffer.from(producerId), epoch };
    const answer = transactions.init({ transactionalId, timeoutMs, held });
    return { ...answer, errorCode: fencedAs(answer.errorCode, apiVersion, FENCED_SINCE_VERSION) };
  },

  refuse: (_request, code) => ({ errorCode: code, producerEpoch: NO_EPOCH }),
});
