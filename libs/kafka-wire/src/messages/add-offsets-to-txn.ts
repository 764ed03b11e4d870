import { defineApi } from '../schema/api-definition.js';
import { int16, int32, opaque, string } from '../schema/field.js';

export const addOffsetsToTxn = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: '0-4',
  flexible: '3+',
  request: [
    string('transactionalId', '0+'),
    opaque('producerId', '0+'),
    int16('producerEpoch', '0+'),
    string('groupId', '0+'),
  ],
  response: [int32('throttleTimeMs', '0+'), int16('errorCode', '0+')],
});
