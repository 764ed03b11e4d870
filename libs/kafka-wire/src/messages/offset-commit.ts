import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, string } from '../schema/field.js';

export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: '2-9',
  flexible: '8+',
  request: [
    string('groupId', '0+'),
    int32('generationIdOrMemberEpoch', '1+', { default: -1 }),
    string('memberId', '1+'),
    string('groupInstanceId', '7+', { nullable: '7+', default: null }),
    int64('retentionTimeMs', '2-4', { default: -1 }),
    array('topics', '0+', [
      string('name', '0-9'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int64('committedOffset', '0+'),
        int32('committedLeaderEpoch', '6+', { default: -1 }),
        string('committedMetadata', '0+', { nullable: '0+' }),
      ]),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '3+'),
    array('topics', '0+', [
      string('name', '0-9'),
      array('partitions', '0+', [int32('partitionIndex', '0+'), int16('errorCode', '0+')]),
    ]),
  ],
});
