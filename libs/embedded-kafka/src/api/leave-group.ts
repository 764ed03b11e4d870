import { apis, errorCode } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

const BATCHED_SINCE_VERSION = 3;

export const leaveGroup = defineHandler({
  api: apis.LeaveGroup,
  versions: { min: 0, max: 5 },

  handle(request, context) {
    const { groupId, memberId } = request;
    const refused = context.groups.check(groupId, context.brokerId);
    if (refused !== 0) return { errorCode: refused };
    if (context.apiVersion < BATCHED_SINCE_VERSION) return { errorCode: leave(groupId, memberId, context) };
    return {
      errorCode: 0,
      members: request.members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        errorCode: leave(groupId, member.memberId, context),
      })),
    };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});

function leave(groupId: string, memberId: string, { groups }: RequestContext): number {
  return groups.group(groupId)?.leave(memberId) ?? errorCode('UNKNOWN_MEMBER_ID');
}
