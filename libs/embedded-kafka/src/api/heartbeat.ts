import { apis } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const heartbeat = defineHandler({
  api: apis.Heartbeat,
  versions: { min: 0, max: 4 },

  handle({ groupId, memberId, generationId }, { groups, brokerId }) {
    const group = groups.group(groupId);
    const refused = groups.check(groupId, brokerId) || groups.checkMember(group, memberId, generationId);
    return { errorCode: refused || (group?.heartbeat(memberId) ?? 0) };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
