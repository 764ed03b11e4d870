import { apis, errorName, type RequestOf } from 'kafka-wire';
import { refusal, type Refusal } from '../log/refusal.js';
import { SCRAM_ITERATIONS, scramCredential, scramMechanism } from '../security/scram-credential.js';
import type { UserStore } from '../security/users.js';
import { defineHandler } from './api-handler.js';

type Request = RequestOf<typeof apis.AlterUserScramCredentials>;
type Deletion = Request['deletions'][number];
type Upsertion = Request['upsertions'][number];

export const alterUserScramCredentials = defineHandler({
  api: apis.AlterUserScramCredentials,
  versions: { min: 0, max: 0 },

  handle(request, { security: { users } }) {
    const alterations = [...request.deletions, ...request.upsertions];
    const results = [...new Set(alterations.map(({ name }) => name))].map((user) => {
      const [alteration, ...others] = alterations.filter(({ name }) => name === user);
      const problem = others.length > 0 || alteration === undefined ? TWICE : alter(alteration, users);
      return { user, errorCode: problem?.errorCode ?? 0, errorMessage: problem?.message ?? null };
    });
    return { results };
  },

  refuse: ({ deletions, upsertions }, code) => ({
    results: [...deletions, ...upsertions].map(({ name }) => ({
      user: name,
      errorCode: code,
      errorMessage: errorName(code),
    })),
  }),
});

const TWICE = refusal('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request');

function alter(alteration: Deletion | Upsertion, users: UserStore): Refusal | undefined {
  const mechanism = scramMechanism(alteration.mechanism);
  const { name } = alteration;
  if (name === '') return refusal('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty');
  if (mechanism === undefined) return refusal('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism');
  if (!('saltedPassword' in alteration)) {
    return users.removeScramCredential(name, mechanism)
      ? undefined
      : refusal('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist');
  }
  const { iterations, salt, saltedPassword } = alteration;
  if (iterations < SCRAM_ITERATIONS.min) return refusal('UNACCEPTABLE_CREDENTIAL', 'Too few iterations');
  if (iterations > SCRAM_ITERATIONS.max) return refusal('UNACCEPTABLE_CREDENTIAL', 'Too many iterations');
  users.setScramCredential(name, mechanism, scramCredential(mechanism, { salted: saltedPassword }, salt, iterations));
  return undefined;
}
