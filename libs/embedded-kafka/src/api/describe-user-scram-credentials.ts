import { apis, errorCode, errorName } from 'kafka-wire';
import { SCRAM_MECHANISMS } from '../security/scram-credential.js';
import type { UserStore } from '../security/users.js';
import { defineHandler } from './api-handler.js';

export const describeUserScramCredentials = defineHandler({
  api: apis.DescribeUserScramCredentials,
  versions: { min: 0, max: 0 },

  handle(request, { security: { users } }) {
    const asked = request.users?.map(({ name }) => name) ?? [];
    const names = asked.length > 0 ? asked : users.names;
    const results = [...new Set(names)].map((user) => {
      if (asked.indexOf(user) !== asked.lastIndexOf(user)) {
        return failed(
          user,
          'DUPLICATE_RESOURCE',
          `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
        );
      }
      const credentialInfos = credentialsOf(user, users);
      return credentialInfos.length === 0
        ? failed(user, 'RESOURCE_NOT_FOUND', `Attempt to describe a user credential that does not exist: ${user}`)
        : { user, errorCode: 0, errorMessage: null, credentialInfos };
    });
    return { errorMessage: null, results };
  },

  refuse: ({ users }, code) => ({
    errorCode: code,
    errorMessage: errorName(code),
    results: (users ?? []).map(({ name }) => ({ user: name, errorCode: code, errorMessage: errorName(code) })),
  }),
});

function credentialsOf(user: string, users: UserStore) {
  return users.scramMechanismsOf(user).map((mechanism) => ({
    mechanism: SCRAM_MECHANISMS[mechanism].id,
    iterations: users.scramCredential(user, mechanism)?.iterations ?? 0,
  }));
}

function failed(user: string, code: 'DUPLICATE_RESOURCE' | 'RESOURCE_NOT_FOUND', errorMessage: string) {
  return { user, errorCode: errorCode(code), errorMessage, credentialInfos: [] };
}
