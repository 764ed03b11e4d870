import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int8, string } from '../schema/field.js';

export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: '3+',
  request: [
    string('key', '0-3'),
    // 0 group, 1 transaction.
    int8('keyType', '1+', { default: 0 }),
    array('coordinatorKeys', '4+', 'string'),
  ],
  response: [
    int32('throttleTimeMs', '1+'),
    int16('errorCode', '0-3'),
    string('errorMessage', '1-3', { nullable: '1-3' }),
    int32('nodeId', '0-3'),
    string('host', '0-3'),
    int32('port', '0-3'),
    array('coordinators', '4+', [
      string('key', '4+'),
      int32('nodeId', '4+'),
      string('host', '4+'),
      int32('port', '4+'),
      int16('errorCode', '4+'),
      string('errorMessage', '4+', { nullable: '4+' }),
    ]),
  ],
});
