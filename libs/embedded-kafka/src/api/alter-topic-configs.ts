import { CONFIG_OPERATIONS, changedConfigs, type ConfigChange } from '../cluster/config-changes.js';
import { isRefusal, refusal, type Refusal } from '../log/refusal.js';
import type { RequestContext } from './api-handler.js';

const TOPIC = 2;
const BROKER = 4;

/** A topic or a broker, as the configuration APIs name them. */
export interface ConfigResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface AlteredResource extends ConfigResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * Changes the settings of topics, each resource on its own.
 *
 * Brokers have none that could change here: all are refused, as Kafka refuses those that need a restart. Nothing was ever set, so that
 * whatever is forgotten is no error.
 *
 * @param isWhole true: what is not named goes back to its default (AlterConfigs)
 */
export function alterConfigsOf<R extends ConfigResource>(
  resources: readonly R[],
  changesOf: (resource: R) => readonly ConfigChange[],
  { isWhole, validateOnly }: { readonly isWhole: boolean; readonly validateOnly: boolean },
  context: RequestContext,
): AlteredResource[] {
  return resources.map((resource) => {
    const { resourceType, resourceName } = resource;
    const isRepeated = resources.filter((other) => isSame(other, resource)).length > 1;
    const refused = isRepeated
      ? refusal('INVALID_REQUEST', 'each resource must appear at most once')
      : alter(resource, changesOf(resource), isWhole, validateOnly, context);
    return { resourceType, resourceName, errorCode: refused?.errorCode ?? 0, errorMessage: refused?.message ?? null };
  });
}

function alter(
  { resourceType, resourceName }: ConfigResource,
  changes: readonly ConfigChange[],
  isWhole: boolean,
  validateOnly: boolean,
  { cluster }: RequestContext,
): Refusal | undefined {
  if (resourceType === BROKER) {
    const set = changes.filter(({ operation }) => CONFIG_OPERATIONS[operation] !== 'delete').map(({ name }) => name);
    return set.length === 0 ? undefined : refusal('INVALID_REQUEST', `cannot update dynamically: ${set.join(', ')}`);
  }
  if (resourceType !== TOPIC) return refusal('INVALID_REQUEST', `resources of type ${resourceType} have no settings`);
  const topic = cluster.topic(resourceName);
  if (topic === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `topic '${resourceName}' does not exist`);
  const configs = changedConfigs(isWhole ? new Map() : topic.configs, changes);
  if (isRefusal(configs)) return configs;
  if (validateOnly) return undefined;
  topic.reconfigure(configs);
  for (const partition of topic.partitions) cluster.replicate(partition);
  return undefined;
}

function isSame(one: ConfigResource, other: ConfigResource): boolean {
  return one.resourceType === other.resourceType && one.resourceName === other.resourceName;
}
