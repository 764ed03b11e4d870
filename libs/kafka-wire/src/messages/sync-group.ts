import { defineApi } from '../schema/api-definition.js';
import { array, bytes, int16, int32, string } from '../schema/field.js';

export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: '4+',
  request: [
    string('groupId', '0+'),
    int32('generationId', '0+'),
    string('memberId', '0+'),
    string('groupInstanceId', '3+', { nullable: '3+', default: null }),
    string('protocolType', '5+', { nullable: '5+', default: null }),
    string('protocolName', '5+', { nullable: '5+', default: null }),
    array('assignments', '0+', [string('memberId', '0+'), bytes('assignment', '0+')]),
  ],
  response: [
    int32('throttleTimeMs', '1+'),
    int16('errorCode', '0+'),
    string('protocolType', '5+', { nullable: '5+', default: null }),
    string('protocolName', '5+', { nullable: '5+', default: null }),
    bytes('assignment', '0+'),
  ],
});
