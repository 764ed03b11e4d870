import { apis, errorName } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const saslAuthenticate = defineHandler({
  api: apis.SaslAuthenticate,
  versions: { min: 0, max: 2 },
  handle: ({ authBytes }, { session }) => session.authenticate(authBytes),
  refuse(_request, code, { session }) {
    session.fail();
    return { errorCode: code, errorMessage: errorName(code) };
  },
});
