import { NO_PRODUCER_ID } from '../primitives/producer-id.js';
import { defineApi } from '../schema/api-definition.js';
import { bool, int16, int32, opaque, string } from '../schema/field.js';

export const endTxn = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: '3+',
  request: [
    string('transactionalId', '0+'),
    opaque('producerId', '0+'),
    int16('producerEpoch', '0+'),
    bool('committed', '0+'),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '0+'),
    opaque('producerId', '5+', { default: NO_PRODUCER_ID }),
    int16('producerEpoch', '5+', { default: -1 }),
  ],
});
