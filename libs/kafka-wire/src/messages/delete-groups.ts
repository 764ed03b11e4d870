import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, string } from '../schema/field.js';

export const deleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexible: '2+',
  request: [array('groupsNames', '0+', 'string')],
  response: [
    int32('throttleTimeMs', '0+'),
    array('results', '0+', [string('groupId', '0+'), int16('errorCode', '0+')]),
  ],
});
