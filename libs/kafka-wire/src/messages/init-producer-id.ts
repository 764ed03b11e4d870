import { NO_PRODUCER_ID } from '../primitives/producer-id.js';
import { defineApi } from '../schema/api-definition.js';
import { int16, int32, opaque, string } from '../schema/field.js';

export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexible: '2+',
  request: [
    string('transactionalId', '0+', { nullable: '0+' }),
    int32('transactionTimeoutMs', '0+'),
    // KIP-360: the id and epoch held so far ask for a higher epoch, none for the first one.
    opaque('producerId', '3+', { default: NO_PRODUCER_ID }),
    int16('producerEpoch', '3+', { default: -1 }),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '0+'),
    opaque('producerId', '0+', { default: NO_PRODUCER_ID }),
    int16('producerEpoch', '0+'),
  ],
});
