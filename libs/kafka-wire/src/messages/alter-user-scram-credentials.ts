import { defineApi } from '../schema/api-definition.js';
import { array, bytes, int16, int32, int8, string } from '../schema/field.js';

export const alterUserScramCredentials = defineApi({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: '0',
  flexible: '0+',
  request: [
    array('deletions', '0+', [string('name', '0+'), int8('mechanism', '0+')]),
    array('upsertions', '0+', [
      string('name', '0+'),
      int8('mechanism', '0+'),
      int32('iterations', '0+'),
      bytes('salt', '0+'),
      bytes('saltedPassword', '0+'),
    ]),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    array('results', '0+', [
      string('user', '0+'),
      int16('errorCode', '0+'),
      string('errorMessage', '0+', { nullable: '0+' }),
    ]),
  ],
});
