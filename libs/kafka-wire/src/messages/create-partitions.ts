import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, string } from '../schema/field.js';

export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: '2+',
  request: [
    array('topics', '0+', [
      string('name', '0+'),
      int32('count', '0+'),
      array('assignments', '0+', [array('brokerIds', '0+', 'int32')], { nullable: '0+' }),
    ]),
    int32('timeoutMs', '0+'),
    bool('validateOnly', '0+'),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('results', '0+', [
      string('name', '0+'),
      int16('errorCode', '0+'),
      string('errorMessage', '0+', { nullable: '0+', default: null }),
    ]),
  ],
});
