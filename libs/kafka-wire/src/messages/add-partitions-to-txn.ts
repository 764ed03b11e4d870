import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, opaque, string } from '../schema/field.js';

export const addPartitionsToTxn = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  request: [
    array('transactions', '4+', [
      string('transactionalId', '4+'),
      opaque('producerId', '4+'),
      int16('producerEpoch', '4+'),
      bool('verifyOnly', '4+', { default: false }),
      array('topics', '4+', [string('name', '0+'), array('partitions', '0+', 'int32')]),
    ]),
    string('v3AndBelowTransactionalId', '0-3'),
    opaque('v3AndBelowProducerId', '0-3'),
    int16('v3AndBelowProducerEpoch', '0-3'),
    array('v3AndBelowTopics', '0-3', [string('name', '0+'), array('partitions', '0+', 'int32')]),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '4+'),
    array('resultsByTransaction', '4+', [
      string('transactionalId', '4+'),
      array('topicResults', '4+', [
        string('name', '0+'),
        array('resultsByPartition', '0+', [int32('partitionIndex', '0+'), int16('partitionErrorCode', '0+')]),
      ]),
    ]),
    array('resultsByTopicV3AndBelow', '0-3', [
      string('name', '0+'),
      array('resultsByPartition', '0+', [int32('partitionIndex', '0+'), int16('partitionErrorCode', '0+')]),
    ]),
  ],
});
