import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

type Described = NonNullable<ResponseInput<typeof apis.DescribeGroups>['groups']>[number];

const NOT_FOUND_IS_AN_ERROR_SINCE_VERSION = 6;
/** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS, one bit each: all there are for a group. */
const ALL_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11);

export const describeGroups = defineHandler({
  api: apis.DescribeGroups,
  versions: { min: 0, max: 6 },

  handle: (request, context) => ({
    groups: request.groups.map((groupId) => {
      const described = describe(groupId, context);
      const wantsOperations = request.includeAuthorizedOperations && (described.errorCode ?? 0) === 0;
      return wantsOperations ? { ...described, authorizedOperations: ALL_OPERATIONS } : described;
    }),
  }),

  refuse: (request, code) => ({ groups: request.groups.map((groupId) => ({ groupId, errorCode: code })) }),
});

function describe(groupId: string, { groups, brokerId, apiVersion }: RequestContext): Described {
  const refused = groups.check(groupId, brokerId);
  if (refused !== 0) return { groupId, errorCode: refused };
  const group = groups.group(groupId);
  if (group === undefined) {
    const absent = { groupId, groupState: 'Dead' };
    if (apiVersion < NOT_FOUND_IS_AN_ERROR_SINCE_VERSION) return absent;
    return { ...absent, errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage: `Group ${groupId} not found.` };
  }
  // Between generations it is open what the members will follow.
  const protocolName = group.state === 'Stable' ? group.protocolName : null;
  return {
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: protocolName ?? '',
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      ...member.origin,
      memberMetadata: member.metadataFor(protocolName),
      memberAssignment: member.assignment,
    })),
  };
}
