import { apis, errorCode, errorName, type RequestOf } from 'kafka-wire';
import { refusal, type Refusal } from '../log/refusal.js';
import { aclProblem, type AclOptions } from '../security/acl.js';
import { operationName, patternName, permissionName, resourceTypeName } from '../security/acl-message.js';
import type { Acls } from '../security/acls.js';
import { defineHandler } from './api-handler.js';

type Creation = RequestOf<typeof apis.CreateAcls>['creations'][number];

export const createAcls = defineHandler({
  api: apis.CreateAcls,
  versions: { min: 1, max: 3 },

  handle({ creations }, { security: { acls, authorizer } }) {
    if (authorizer === undefined) return allRefused(creations, errorCode('SECURITY_DISABLED'));
    return {
      results: creations.map((creation) => {
        const problem = create(creation, acls);
        return { errorCode: problem?.errorCode ?? 0, errorMessage: problem?.message ?? null };
      }),
    };
  },

  refuse: ({ creations }, code) => allRefused(creations, code),
});

function create(creation: Creation, acls: Acls): Refusal | undefined {
  const { principal, host, resourceName } = creation;
  const acl = {
    principal,
    host,
    operation: operationName(creation.operation),
    permission: permissionName(creation.permissionType),
    resource: {
      type: resourceTypeName(creation.resourceType),
      name: resourceName,
      pattern: patternName(creation.resourcePatternType),
    },
  };
  const isKnown = acl.permission !== undefined && acl.resource.pattern !== undefined;
  const problem = aclProblem(acl);
  if (problem !== undefined || !isKnown) {
    return refusal('INVALID_REQUEST', problem ?? 'has a permission or a pattern that means nothing');
  }
  acls.add(acl as AclOptions);
  return undefined;
}

function allRefused(creations: readonly Creation[], code: number) {
  return { results: creations.map(() => ({ errorCode: code, errorMessage: errorName(code) })) };
}
