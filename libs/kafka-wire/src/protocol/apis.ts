import { apiVersions } from '../messages/api-versions.js';
import { initProducerId } from '../messages/init-producer-id.js';
import { metadata } from '../messages/metadata.js';
import { produce } from '../messages/produce.js';
import type { ApiDefinition } from '../schema/api-definition.js';

/** Every API this package speaks, by Kafka's name and in the order of the keys. */
export const apis = {
  Produce: produce,
  Metadata: metadata,
  ApiVersions: apiVersions,
  InitProducerId: initProducerId,
} as const;

export type Apis = typeof apis;

const byKey: ReadonlyMap<number, ApiDefinition> = new Map(Object.values(apis).map((api) => [api.key, api]));

export function apiByKey(key: number): ApiDefinition | undefined {
  return byKey.get(key);
}
