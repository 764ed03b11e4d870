import { apis, errorCode } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const syncGroup = defineHandler({
  api: apis.SyncGroup,
  versions: { min: 0, max: 5 },

  handle(request, { groups, brokerId }) {
    const { groupId, memberId, generationId, protocolType, protocolName } = request;
    const group = groups.group(groupId);
    const refused = groups.check(groupId, brokerId) || groups.checkMember(group, memberId, generationId);
    if (refused !== 0 || group === undefined) return { errorCode: refused };
    const isOther =
      (protocolType !== null && protocolType !== group.protocolType) ||
      (protocolName !== null && protocolName !== group.protocolName);
    if (isOther) return { errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL') };
    return group.sync(memberId, request.assignments);
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
