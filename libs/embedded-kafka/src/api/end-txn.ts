import { apis, NO_PRODUCER_ID } from 'kafka-wire';
import { NO_EPOCH } from '../transactions/transaction-metadata.js';
import { defineHandler } from './api-handler.js';
import { fencedAs } from './fenced-as.js';

const FENCED_SINCE_VERSION = 2;
/** The epoch rises with the verdict, whatever level the cluster's feature has. */
const EPOCHS_RISE_SINCE_VERSION = 5;

export const endTxn = defineHandler({
  api: apis.EndTxn,
  versions: { min: 0, max: 5 },

  handle(request, { transactions, brokerId, apiVersion }) {
    const { transactionalId, producerEpoch: epoch, committed } = request;
    const refused = transactions.check(transactionalId, brokerId);
    if (refused !== 0) return { errorCode: refused, producerId: NO_PRODUCER_ID, producerEpoch: NO_EPOCH };
    const verdict = { producerId: request.producerId, epoch, committed };
    const answer = transactions.end(transactionalId, verdict, apiVersion < EPOCHS_RISE_SINCE_VERSION ? 1 : 2);
    return { ...answer, errorCode: fencedAs(answer.errorCode, apiVersion, FENCED_SINCE_VERSION) };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
