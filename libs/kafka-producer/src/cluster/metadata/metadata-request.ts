import { apis, type ResponseOf } from 'kafka-wire';
import type { WireRequest } from '../cluster.js';
import { schemaRequest } from '../schema-request.js';

export type MetadataResponse = ResponseOf<typeof apis.Metadata>;

/** Asks for these topics and for all brokers; no topic asks for the brokers alone. */
export function metadataRequest(
  topics: readonly string[],
  options: { readonly allowAutoTopicCreation: boolean; readonly timeoutMs: number },
): WireRequest<MetadataResponse> {
  const input = {
    topics: topics.map((name) => ({ name })),
    allowAutoTopicCreation: options.allowAutoTopicCreation,
  };
  return schemaRequest(apis.Metadata, input, { timeoutMs: options.timeoutMs });
}
