import { apis, errorCode } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

/**
 * Hands out producer ids to idempotent producers. As in Kafka an id and epoch that such a producer brings along are ignored: it always gets
 * a new id.
 */
export const initProducerId = defineHandler({
  api: apis.InitProducerId,
  versions: { min: 0, max: 5 },
  handle(request, { cluster }) {
    // There is no transaction coordinator to ask, and a retriable code would make the client wait for one.
    if (request.transactionalId !== null) return { errorCode: errorCode('INVALID_REQUEST') };
    return { producerId: cluster.nextProducerId(), producerEpoch: 0 };
  },
  refuse: (_request, code) => ({ errorCode: code, producerEpoch: -1 }),
});
