import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, int8, string } from '../schema/field.js';

export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexible: '6+',
  request: [
    // -1 for a client.
    int32('replicaId', '0+'),
    int8('isolationLevel', '2+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int32('currentLeaderEpoch', '4+', { default: -1 }),
        // -1 latest, -2 earliest, -3 of the largest timestamp; else the first offset at or after that time in ms.
        int64('timestamp', '0+'),
      ]),
    ]),
    int32('timeoutMs', '10+'),
  ],
  response: [
    int32('throttleTimeMs', '2+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int16('errorCode', '0+'),
        int64('timestamp', '1+', { default: -1 }),
        int64('offset', '1+', { default: -1 }),
        int32('leaderEpoch', '4+', { default: -1 }),
      ]),
    ]),
  ],
});
