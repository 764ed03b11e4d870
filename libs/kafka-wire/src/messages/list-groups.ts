import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, string } from '../schema/field.js';

export const listGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  request: [array('statesFilter', '4+', 'string'), array('typesFilter', '5+', 'string')],
  response: [
    int32('throttleTimeMs', '1+'),
    int16('errorCode', '0+'),
    array('groups', '0+', [
      string('groupId', '0+'),
      string('protocolType', '0+'),
      string('groupState', '4+'),
      string('groupType', '5+'),
    ]),
  ],
});
