import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, opaque, string } from '../schema/field.js';

export const listTransactions = defineApi({
  key: 66,
  name: 'ListTransactions',
  versions: '0-2',
  flexible: '0+',
  request: [
    array('stateFilters', '0+', 'string'),
    array('producerIdFilters', '0+', 'opaque'),
    int64('durationFilter', '1+', { default: -1 }),
    string('transactionalIdPattern', '2+', { nullable: '2+', default: null }),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '0+'),
    array('unknownStateFilters', '0+', 'string'),
    array('transactionStates', '0+', [
      string('transactionalId', '0+'),
      opaque('producerId', '0+'),
      string('transactionState', '0+'),
    ]),
  ],
});
