import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, opaque, string } from '../schema/field.js';

export const txnOffsetCommit = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-5',
  flexible: '3+',
  request: [
    string('transactionalId', '0+'),
    string('groupId', '0+'),
    opaque('producerId', '0+'),
    int16('producerEpoch', '0+'),
    int32('generationId', '3+', { default: -1 }),
    string('memberId', '3+', { default: '' }),
    string('groupInstanceId', '3+', { nullable: '3+', default: null }),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int64('committedOffset', '0+'),
        int32('committedLeaderEpoch', '2+', { default: -1 }),
        string('committedMetadata', '0+', { nullable: '0+' }),
      ]),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [int32('partitionIndex', '0+'), int16('errorCode', '0+')]),
    ]),
  ],
});
