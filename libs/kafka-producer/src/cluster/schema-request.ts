import { decodeResponse, encodeRequest, type ApiDefinition, type RequestInput, type ResponseOf } from 'kafka-wire';
import type { WireRequest } from './cluster.js';

export interface SchemaRequestLimits {
  readonly timeoutMs: number;
  readonly minVersion?: number;
  readonly maxVersion?: number;
}

/** A request read and written by its schema: for everything but the hot path. Every version takes from `input` the fields it has. */
export function schemaRequest<A extends ApiDefinition>(
  api: A,
  input: RequestInput<A>,
  limits: SchemaRequestLimits,
): WireRequest<ResponseOf<A>> {
  return {
    ...limits,
    api,
    expectResponse: true,
    encode: (version, correlationId, clientId) => {
      return [encodeRequest(api, version, { correlationId, clientId }, input)];
    },
    decode: (version, frame) => decodeResponse(api, version, frame).body,
  };
}
