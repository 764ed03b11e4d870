import { apis } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const saslHandshake = defineHandler({
  api: apis.SaslHandshake,
  versions: { min: 0, max: 1 },
  handle: ({ mechanism }, { session, apiVersion }) => session.handshake(mechanism, apiVersion),
  refuse(_request, code, { session }) {
    session.fail();
    return { errorCode: code, mechanisms: [] };
  },
});
