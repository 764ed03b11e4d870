import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, string } from '../schema/field.js';

export const offsetDelete = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: 'none',
  request: [
    string('groupId', '0+'),
    array('topics', '0+', [string('name', '0+'), array('partitions', '0+', [int32('partitionIndex', '0+')])]),
  ],
  response: [
    int16('errorCode', '0+'),
    int32('throttleTimeMs', '0+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [int32('partitionIndex', '0+'), int16('errorCode', '0+')]),
    ]),
  ],
});
