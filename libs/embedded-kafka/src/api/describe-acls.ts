import { apis, errorCode, errorName } from 'kafka-wire';
import type { Acl } from '../security/acl.js';
import { aclEntry, aclResource, matchesFilter } from '../security/acl-message.js';
import { defineHandler } from './api-handler.js';

export const describeAcls = defineHandler({
  api: apis.DescribeAcls,
  versions: { min: 1, max: 3 },

  handle(request, { security }) {
    if (security.authorizer === undefined) {
      return {
        errorCode: errorCode('SECURITY_DISABLED'),
        errorMessage: 'No Authorizer is configured on the broker',
        resources: [],
      };
    }
    const found = security.acls.all.filter((acl) => matchesFilter(acl, request));
    const byResource = new Map<string, Acl[]>();
    for (const acl of found) byResource.set(keyOf(acl), [...(byResource.get(keyOf(acl)) ?? []), acl]);
    const resources = [...byResource.values()].map((acls) => ({
      ...aclResource(acls[0] as Acl),
      acls: acls.map(aclEntry),
    }));
    return { errorMessage: null, resources };
  },

  refuse: (_request, code) => ({ errorCode: code, errorMessage: errorName(code) }),
});

function keyOf({ resource: { type, name, pattern } }: Acl): string {
  return JSON.stringify([type, pattern, name]);
}
