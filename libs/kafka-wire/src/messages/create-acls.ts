import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int8, string } from '../schema/field.js';

export const createAcls = defineApi({
  key: 30,
  name: 'CreateAcls',
  versions: '1-3',
  flexible: '2+',
  request: [
    array('creations', '0+', [
      int8('resourceType', '0+'),
      string('resourceName', '0+'),
      int8('resourcePatternType', '1+', { default: 3 }),
      string('principal', '0+'),
      string('host', '0+'),
      int8('operation', '0+'),
      int8('permissionType', '0+'),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('results', '0+', [int16('errorCode', '0+'), string('errorMessage', '0+', { nullable: '0+' })]),
  ],
});
