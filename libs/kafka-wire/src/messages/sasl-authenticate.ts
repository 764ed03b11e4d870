import { defineApi } from '../schema/api-definition.js';
import { bytes, int16, int64, string } from '../schema/field.js';

export const saslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: '2+',
  request: [bytes('authBytes', '0+')],
  response: [
    int16('errorCode', '0+'),
    string('errorMessage', '0+', { nullable: '0+' }),
    bytes('authBytes', '0+'),
    // KIP-368: 0 when the session does not expire.
    int64('sessionLifetimeMs', '1+', { default: 0 }),
  ],
});
