import { decodeResponse, encodeRequest, type ApiDefinition, type RequestInput, type ResponseOf } from 'kafka-wire';
import type { WireRequest } from './cluster.js';

export interface SchemaRequestLimits {
  readonly timeoutMs: number;
  readonly minVersion?: number;
  readonly maxVersion?: number;
}

/** A request read and written by its schema: for everything but the hot path. `input` may depend on the version that was agreed on. */
export function schemaRequest<A extends ApiDefinition>(
  api: A,
  input: RequestInput<A> | ((version: number) => RequestInput<A>),
  limits: SchemaRequestLimits,
): WireRequest<ResponseOf<A>> {
  return {
    ...limits,
    api,
    expectResponse: true,
    encode: (version, correlationId, clientId) => {
      const body = typeof input === 'function' ? (input as (version: number) => RequestInput<A>)(version) : input;
      return [encodeRequest(api, version, { correlationId, clientId }, body)];
    },
    decode: (version, frame) => decodeResponse(api, version, frame).body,
  };
}
