import { defineApi } from '../schema/api-definition.js';
import { array, bool, bytes, int16, int32, string } from '../schema/field.js';
import { OPERATIONS_NOT_REQUESTED } from './authorized-operations.js';

export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: '0-6',
  flexible: '5+',
  request: [array('groups', '0+', 'string'), bool('includeAuthorizedOperations', '3+')],
  response: [
    int32('throttleTimeMs', '1+'),
    array('groups', '0+', [
      int16('errorCode', '0+'),
      string('errorMessage', '6+', { nullable: '6+', default: null }),
      string('groupId', '0+'),
      string('groupState', '0+'),
      string('protocolType', '0+'),
      string('protocolData', '0+'),
      array('members', '0+', [
        string('memberId', '0+'),
        string('groupInstanceId', '4+', { nullable: '4+', default: null }),
        string('clientId', '0+'),
        string('clientHost', '0+'),
        bytes('memberMetadata', '0+'),
        bytes('memberAssignment', '0+'),
      ]),
      int32('authorizedOperations', '3+', { default: OPERATIONS_NOT_REQUESTED }),
    ]),
  ],
});
