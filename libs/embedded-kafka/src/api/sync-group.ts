import { apis, errorCode } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

const PROTOCOL_SINCE_VERSION = 5;

export const syncGroup = defineHandler({
  api: apis.SyncGroup,
  versions: { min: 0, max: 5 },

  handle(request, { groups, brokerId, apiVersion }) {
    const { groupId, protocolType, protocolName } = request;
    const tellsProtocol = protocolType !== null && protocolName !== null;
    if (apiVersion >= PROTOCOL_SINCE_VERSION && !tellsProtocol) {
      return { errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL') };
    }
    const refused = groups.checkNamed(groupId, brokerId);
    if (refused !== 0) return { errorCode: refused };
    return groups.group(groupId)?.sync(request) ?? { errorCode: errorCode('UNKNOWN_MEMBER_ID') };
  },

  refuse: (_request, code) => ({ errorCode: code }),
});
