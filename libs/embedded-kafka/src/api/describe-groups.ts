import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { defineHandler, type RequestContext } from './api-handler.js';

type Described = NonNullable<ResponseInput<typeof apis.DescribeGroups>['groups']>[number];

const NOT_FOUND_IS_AN_ERROR_SINCE_VERSION = 6;

export const describeGroups = defineHandler({
  api: apis.DescribeGroups,
  versions: { min: 0, max: 6 },
  handle: (request, context) => ({ groups: request.groups.map((groupId) => describe(groupId, context)) }),
  refuse: (request, code) => ({ groups: request.groups.map((groupId) => ({ groupId, errorCode: code })) }),
});

function describe(groupId: string, { groups, brokerId, apiVersion }: RequestContext): Described {
  const refused = groups.check(groupId, brokerId);
  if (refused !== 0) return { groupId, errorCode: refused };
  const group = groups.group(groupId);
  if (group === undefined) {
    const isError = apiVersion >= NOT_FOUND_IS_AN_ERROR_SINCE_VERSION;
    return { groupId, groupState: 'Dead', errorCode: isError ? errorCode('GROUP_ID_NOT_FOUND') : 0 };
  }
  return {
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: group.state === 'Stable' ? (group.protocolName ?? '') : '',
    members: group.members.map((member) => ({
      memberId: member.id,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: member.metadataFor(group.protocolName),
      memberAssignment: member.assignment,
    })),
  };
}
