import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, int64, string } from '../schema/field.js';

export const offsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: '1-9',
  flexible: '6+',
  request: [
    string('groupId', '0-7'),
    // Null asks for all topics of the group.
    array('topics', '0-7', [string('name', '0-7'), array('partitionIndexes', '0-7', 'int32')], { nullable: '2-7' }),
    array('groups', '8+', [
      string('groupId', '8+'),
      string('memberId', '9+', { nullable: '9+', default: null }),
      int32('memberEpoch', '9+', { default: -1 }),
      array('topics', '8+', [string('name', '8-9'), array('partitionIndexes', '8+', 'int32')], { nullable: '8+' }),
    ]),
    bool('requireStable', '7+', { default: false }),
  ],
  response: [
    int32('throttleTimeMs', '3+'),
    array('topics', '0-7', [
      string('name', '0-7'),
      array('partitions', '0-7', [
        int32('partitionIndex', '0-7'),
        int64('committedOffset', '0-7'),
        int32('committedLeaderEpoch', '5-7', { default: -1 }),
        string('metadata', '0-7', { nullable: '0-7' }),
        int16('errorCode', '0-7'),
      ]),
    ]),
    int16('errorCode', '2-7', { default: 0 }),
    array('groups', '8+', [
      string('groupId', '8+'),
      array('topics', '8+', [
        string('name', '8-9'),
        array('partitions', '8+', [
          int32('partitionIndex', '8+'),
          int64('committedOffset', '8+'),
          int32('committedLeaderEpoch', '8+', { default: -1 }),
          string('metadata', '8+', { nullable: '8+' }),
          int16('errorCode', '8+'),
        ]),
      ]),
      int16('errorCode', '8+', { default: 0 }),
    ]),
  ],
});
