import { apis } from 'kafka-wire';
import { defineHandler } from './api-handler.js';

export const deleteGroups = defineHandler({
  api: apis.DeleteGroups,
  versions: { min: 0, max: 2 },

  handle: (request, { groups, brokerId }) => ({
    results: [...new Set(request.groupsNames)].map((groupId) => ({
      groupId,
      errorCode: groups.check(groupId, brokerId) || groups.delete(groupId),
    })),
  }),

  refuse: (request, code) => ({ results: request.groupsNames.map((groupId) => ({ groupId, errorCode: code })) }),
});
