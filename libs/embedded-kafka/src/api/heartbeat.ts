import { apis, errorCode } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const heartbeat = defineHandler({
  api: apis.Heartbeat,
  versions: { min: 0, max: 4 },

  handle(request, { groups, brokerId }) {
    const { groupId, generationId } = request;
    const refused = groups.checkNamed(groupId, brokerId);
    // As long as nobody knows better, the member is alive.
    if (refused === errorCode('COORDINATOR_LOAD_IN_PROGRESS')) return { errorCode: 0 };
    if (refused !== 0) return { errorCode: refused };
    return { errorCode: groups.group(groupId)?.heartbeat(request, generationId) ?? errorCode('UNKNOWN_MEMBER_ID') };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
