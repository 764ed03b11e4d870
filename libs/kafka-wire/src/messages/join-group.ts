import { defineApi } from '../schema/api-definition.js';
import { array, bool, bytes, int16, int32, string } from '../schema/field.js';

export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: '6+',
  request: [
    string('groupId', '0+'),
    int32('sessionTimeoutMs', '0+'),
    int32('rebalanceTimeoutMs', '1+', { default: -1 }),
    string('memberId', '0+'),
    string('groupInstanceId', '5+', { nullable: '5+', default: null }),
    string('protocolType', '0+'),
    array('protocols', '0+', [string('name', '0+'), bytes('metadata', '0+')]),
    string('reason', '8+', { nullable: '8+', default: null }),
  ],
  response: [
    int32('throttleTimeMs', '2+'),
    int16('errorCode', '0+'),
    int32('generationId', '0+', { default: -1 }),
    string('protocolType', '7+', { nullable: '7+', default: null }),
    string('protocolName', '0+', { nullable: '7+' }),
    string('leader', '0+'),
    bool('skipAssignment', '9+', { default: false }),
    string('memberId', '0+'),
    array('members', '0+', [
      string('memberId', '0+'),
      string('groupInstanceId', '5+', { nullable: '5+', default: null }),
      bytes('metadata', '0+'),
    ]),
  ],
});
