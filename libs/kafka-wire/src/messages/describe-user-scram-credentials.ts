import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int8, string } from '../schema/field.js';

export const describeUserScramCredentials = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: '0+',
  request: [array('users', '0+', [string('name', '0+')], { nullable: '0+' })],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '0+'),
    string('errorMessage', '0+', { nullable: '0+' }),
    array('results', '0+', [
      string('user', '0+'),
      int16('errorCode', '0+'),
      string('errorMessage', '0+', { nullable: '0+' }),
      array('credentialInfos', '0+', [int8('mechanism', '0+'), int32('iterations', '0+')]),
    ]),
  ],
});
