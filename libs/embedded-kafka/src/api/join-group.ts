import { apis, type ResponseInput } from 'kafka-wire';
import type { JoinResult } from '../groups/group-member.js';
import { defineHandler } from './api-handler.js';

type Response = ResponseInput<typeof apis.JoinGroup>;

const MEMBER_ID_REQUIRED_SINCE_VERSION = 4;
const REBALANCE_TIMEOUT_SINCE_VERSION = 1;
const NULL_PROTOCOL_SINCE_VERSION = 7;
const SKIP_ASSIGNMENT_SINCE_VERSION = 9;

export const joinGroup = defineHandler({
  api: apis.JoinGroup,
  versions: { min: 0, max: 9 },

  handle(request, context) {
    const { groups, apiVersion } = context;
    const refused = groups.checkNamed(request.groupId, context.brokerId);
    if (refused !== 0) return response({ errorCode: refused, memberId: request.memberId }, apiVersion);
    const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
    const joined = groups.join(request.groupId, {
      ...request,
      rebalanceTimeoutMs: apiVersion < REBALANCE_TIMEOUT_SINCE_VERSION ? sessionTimeoutMs : rebalanceTimeoutMs,
      clientId: context.clientId,
      clientHost: `/${context.clientHost}`,
      mustKnowItsId: apiVersion >= MEMBER_ID_REQUIRED_SINCE_VERSION,
      canSkipAssignment: apiVersion >= SKIP_ASSIGNMENT_SINCE_VERSION,
    });
    return joined instanceof Promise
      ? joined.then((result) => response(result, apiVersion))
      : response(joined, apiVersion);
  },

  refuse: (request, code, { apiVersion }) => response({ errorCode: code, memberId: request.memberId }, apiVersion),
});

function response({ protocolName = null, members = [], ...result }: JoinResult, apiVersion: number): Response {
  return {
    ...result,
    protocolName: apiVersion < NULL_PROTOCOL_SINCE_VERSION ? (protocolName ?? '') : protocolName,
    members: [...members],
  };
}
