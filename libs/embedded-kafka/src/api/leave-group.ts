import { apis, errorCode } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

const BATCHED_SINCE_VERSION = 3;

export const leaveGroup = defineHandler({
  api: apis.LeaveGroup,
  versions: { min: 0, max: 5 },

  handle(request, { groups, brokerId, apiVersion }) {
    const { groupId, memberId } = request;
    const refused = groups.checkNamed(groupId, brokerId);
    if (refused !== 0) return { errorCode: refused };
    const isBatched = apiVersion >= BATCHED_SINCE_VERSION;
    const leaving = isBatched ? request.members : [{ memberId, groupInstanceId: null }];
    const codes = groups.group(groupId)?.leave(leaving) ?? leaving.map(() => errorCode('UNKNOWN_MEMBER_ID'));
    if (!isBatched) return { errorCode: codes[0] ?? 0 };
    return {
      errorCode: 0,
      members: request.members.map((member, at) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        errorCode: codes[at] ?? 0,
      })),
    };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
