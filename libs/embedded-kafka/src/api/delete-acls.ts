import { apis, errorCode, errorName, type RequestOf } from 'kafka-wire';
import { aclEntry, aclResource, isSoundFilter, matchesFilter } from '../security/acl-message.js';
import { defineHandler } from './api-handler.js';

type Filters = RequestOf<typeof apis.DeleteAcls>['filters'];

export const deleteAcls = defineHandler({
  api: apis.DeleteAcls,
  versions: { min: 1, max: 3 },

  handle({ filters }, { security: { acls, authorizer } }) {
    if (authorizer === undefined) return allRefused(filters, errorCode('SECURITY_DISABLED'));
    const filterResults = filters.map((filter) => {
      if (!isSoundFilter(filter)) return failed(errorCode('INVALID_REQUEST'));
      const removed = acls.remove((acl) => matchesFilter(acl, filter));
      const matchingAcls = removed.map((acl) => ({ errorMessage: null, ...aclEntry(acl), ...aclResource(acl) }));
      return { errorCode: 0, errorMessage: null, matchingAcls };
    });
    return { filterResults };
  },

  refuse: ({ filters }, code) => allRefused(filters, code),
});

function allRefused(filters: Filters, code: number) {
  return { filterResults: filters.map(() => failed(code)) };
}

function failed(code: number) {
  return { errorCode: code, errorMessage: errorName(code), matchingAcls: [] };
}
