import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, string } from '../schema/field.js';

export const offsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: '2-4',
  flexible: '4+',
  request: [
    int32('replicaId', '3+', { default: -2 }),
    array('topics', '0+', [
      string('topic', '0+'),
      array('partitions', '0+', [
        int32('partition', '0+'),
        int32('currentLeaderEpoch', '2+', { default: -1 }),
        int32('leaderEpoch', '0+'),
      ]),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '2+'),
    array('topics', '0+', [
      string('topic', '0+'),
      array('partitions', '0+', [
        int16('errorCode', '0+'),
        int32('partition', '0+'),
        int32('leaderEpoch', '1+', { default: -1 }),
        int64('endOffset', '0+', { default: -1 }),
      ]),
    ]),
  ],
});
