import { apis } from 'kafka-wire';
import { INTERNAL_TOPICS } from '../cluster/internal-topics.js';
import { defineHandler } from './api-handler.js';
import { fencedAs } from './fenced-as.js';

const FENCED_SINCE_VERSION = 2;

/** Makes the partition that keeps a group's offsets part of the transaction. The group itself is not looked at. */
export const addOffsetsToTxn = defineHandler({
  api: apis.AddOffsetsToTxn,
  versions: { min: 0, max: 4 },

  handle(request, { groups, transactions, brokerId, apiVersion }) {
    const { transactionalId, producerEpoch: epoch } = request;
    const producer = { transactionalId, producerId: Buffer.from(request.producerId), epoch };
    const partition = { topic: INTERNAL_TOPICS.group, partition: groups.offsetsPartitionOf(request.groupId) };
    const code = transactions.check(transactionalId, brokerId) || transactions.add(producer, [partition]);
    return { errorCode: fencedAs(code, apiVersion, FENCED_SINCE_VERSION) };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
