import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, opaque, string } from '../schema/field.js';

export const describeTransactions = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexible: '0+',
  request: [array('transactionalIds', '0+', 'string')],
  response: [
    int32('throttleTimeMs', '0+'),
    array('transactionStates', '0+', [
      int16('errorCode', '0+'),
      string('transactionalId', '0+'),
      string('transactionState', '0+'),
      int32('transactionTimeoutMs', '0+'),
      int64('transactionStartTimeMs', '0+'),
      opaque('producerId', '0+'),
      int16('producerEpoch', '0+'),
      array('topics', '0+', [string('topic', '0+'), array('partitions', '0+', 'int32')]),
    ]),
  ],
});
