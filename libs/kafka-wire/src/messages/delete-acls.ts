import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int8, string } from '../schema/field.js';

export const deleteAcls = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versions: '1-3',
  flexible: '2+',
  request: [
    array('filters', '0+', [
      int8('resourceTypeFilter', '0+'),
      string('resourceNameFilter', '0+', { nullable: '0+' }),
      int8('patternTypeFilter', '1+', { default: 3 }),
      string('principalFilter', '0+', { nullable: '0+' }),
      string('hostFilter', '0+', { nullable: '0+' }),
      int8('operation', '0+'),
      int8('permissionType', '0+'),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('filterResults', '0+', [
      int16('errorCode', '0+'),
      string('errorMessage', '0+', { nullable: '0+' }),
      array('matchingAcls', '0+', [
        int16('errorCode', '0+'),
        string('errorMessage', '0+', { nullable: '0+' }),
        int8('resourceType', '0+'),
        string('resourceName', '0+'),
        int8('patternType', '1+', { default: 3 }),
        string('principal', '0+'),
        string('host', '0+'),
        int8('operation', '0+'),
        int8('permissionType', '0+'),
      ]),
    ]),
  ],
});
