import { errorName, type ApiDefinition, type ErrorName, type RequestInput } from 'kafka-wire';

import { rawRequest } from './raw-request.js';

/** A request about a topic that exists and a group by the same name, and every error code its answer has, in the order they stand in it. */
export interface RefusedRequest {
  readonly api: ApiDefinition;
  readonly version: number;
  readonly input: (topic: string, group: string) => RequestInput<ApiDefinition>;
  readonly codes: readonly ErrorName[];
}

export function refused<A extends ApiDefinition>(
  api: A,
  version: number,
  input: (topic: string, group: string) => RequestInput<A>,
  ...codes: readonly ErrorName[]
): RefusedRequest {
  return { api, version, input, codes };
}

/** Names of the error codes in the answer. */
export async function errorsIn(address: string, topic: string, request: RefusedRequest): Promise<string[]> {
  const answer = await rawRequest(address, request.api, request.version, request.input(topic, topic));
  return [...codesIn(answer)].map(errorName);
}

function* codesIn(value: unknown): Iterable<number> {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return;
  for (const [field, inner] of Object.entries(value)) {
    if (field === 'errorCode') yield inner as number;
    else yield* codesIn(inner);
  }
}
