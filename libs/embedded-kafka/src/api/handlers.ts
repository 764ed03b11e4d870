import type { ApiHandler } from './api-handler.js';
import { createApiVersions } from './api-versions.js';
import { initProducerId } from './init-producer-id.js';
import { metadata } from './metadata.js';
import { produce } from './produce.js';

const served: readonly ApiHandler[] = [produce, metadata, initProducerId];

/** Everything a broker answers, by API key. */
export function createHandlers(): ReadonlyMap<number, ApiHandler> {
  return new Map([...served, createApiVersions(served)].map((handler) => [handler.api.key, handler]));
}
