import { defineApi } from '../schema/api-definition.js';
import { int16, int32, string } from '../schema/field.js';

export const heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: '0-4',
  flexible: '4+',
  request: [
    string('groupId', '0+'),
    int32('generationId', '0+'),
    string('memberId', '0+'),
    string('groupInstanceId', '3+', { nullable: '3+', default: null }),
  ],
  response: [int32('throttleTimeMs', '1+'), int16('errorCode', '0+')],
});
