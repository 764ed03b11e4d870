import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, opaque, string } from '../schema/field.js';

export const describeProducers = defineApi({
  key: 61,
  name: 'DescribeProducers',
  versions: '0',
  flexible: '0+',
  request: [array('topics', '0+', [string('name', '0+'), array('partitionIndexes', '0+', 'int32')])],
  response: [
    int32('throttleTimeMs', '0+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int16('errorCode', '0+'),
        string('errorMessage', '0+', { nullable: '0+', default: null }),
        array('activeProducers', '0+', [
          opaque('producerId', '0+'),
          int32('producerEpoch', '0+'),
          int32('lastSequence', '0+', { default: -1 }),
          int64('lastTimestamp', '0+', { default: -1 }),
          int32('coordinatorEpoch', '0+'),
          int64('currentTxnStartOffset', '0+', { default: -1 }),
        ]),
      ]),
    ]),
  ],
});
