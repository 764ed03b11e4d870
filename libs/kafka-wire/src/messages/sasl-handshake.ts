import { defineApi } from '../schema/api-definition.js';
import { array, int16, string } from '../schema/field.js';

export const saslHandshake = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versions: '0-1',
  flexible: 'none',
  request: [string('mechanism', '0+')],
  response: [int16('errorCode', '0+'), array('mechanisms', '0+', 'string')],
});
