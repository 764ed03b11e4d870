import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, string } from '../schema/field.js';

export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: '4+',
  request: [
    string('groupId', '0+'),
    string('memberId', '0-2'),
    array('members', '3+', [
      string('memberId', '3+'),
      string('groupInstanceId', '3+', { nullable: '3+', default: null }),
      string('reason', '5+', { nullable: '5+', default: null }),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '1+'),
    int16('errorCode', '0+'),
    array('members', '3+', [
      string('memberId', '3+'),
      string('groupInstanceId', '3+', { nullable: '3+' }),
      int16('errorCode', '3+'),
    ]),
  ],
});
