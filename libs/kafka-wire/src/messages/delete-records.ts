import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, string } from '../schema/field.js';

export const deleteRecords = defineApi({
  key: 21,
  name: 'DeleteRecords',
  versions: '0-2',
  flexible: '2+',
  request: [
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [int32('partitionIndex', '0+'), int64('offset', '0+')]),
    ]),
    int32('timeoutMs', '0+'),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('topics', '0+', [
      string('name', '0+'),
      array('partitions', '0+', [int32('partitionIndex', '0+'), int64('lowWatermark', '0+'), int16('errorCode', '0+')]),
    ]),
  ],
});
