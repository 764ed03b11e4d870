import { apis, errorCode, errorName, type RequestOf, type ResponseInput } from 'kafka-wire';
import { describeConfigs as describeTopicConfigs, type ConfigEntry } from '../cluster/topic-configs.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Resource = RequestOf<typeof apis.DescribeConfigs>['resources'][number];
type Result = NonNullable<ResponseInput<typeof apis.DescribeConfigs>['results']>[number];

const TOPIC = 2;
const BROKER = 4;
const SOURCE = { topic: 1, broker: 4, default: 5 } as const;
const TYPE: Readonly<Record<ConfigEntry['type'], number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
};

export const describeConfigs = defineHandler({
  api: apis.DescribeConfigs,
  versions: { min: 1, max: 4 },
  handle: (request, context) => ({ results: request.resources.map((resource) => describe(resource, context)) }),
  refuse: (request, code) => ({ results: request.resources.map((resource) => failed(resource, code)) }),
});

function describe(resource: Resource, { cluster }: RequestContext): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  if (resourceType === TOPIC) {
    const topic = cluster.topic(resourceName);
    if (topic === undefined) return failed(resource, errorCode('UNKNOWN_TOPIC_OR_PARTITION'));
    return found(resource, describeTopicConfigs(topic.configs), SOURCE.topic, configurationKeys);
  }
  if (resourceType === BROKER) {
    const entries = brokerConfigs(cluster.settings);
    return found(resource, entries, SOURCE.broker, configurationKeys);
  }
  return failed(resource, errorCode('INVALID_REQUEST'));
}

/** The few settings of a broker that mean something here. */
function brokerConfigs(settings: RequestContext['cluster']['settings']): ConfigEntry[] {
  const { autoCreateTopics, defaultPartitions, defaultReplicationFactor } = settings;
  return [
    {
      name: 'auto.create.topics.enable',
      value: String(autoCreateTopics),
      type: 'boolean',
      isDefault: autoCreateTopics,
    },
    { name: 'num.partitions', value: String(defaultPartitions), type: 'int', isDefault: defaultPartitions === 1 },
    {
      name: 'default.replication.factor',
      value: String(defaultReplicationFactor),
      type: 'int',
      isDefault: defaultReplicationFactor === 1,
    },
  ];
}

function found(
  { resourceType, resourceName }: Resource,
  entries: readonly ConfigEntry[],
  source: number,
  keys: readonly string[] | null,
): Result {
  const configs = entries
    .filter(({ name }) => keys === null || keys.includes(name))
    .map(({ name, value, type, isDefault }) => ({
      name,
      value,
      readOnly: resourceType === BROKER,
      configSource: isDefault ? SOURCE.default : source,
      configType: TYPE[type],
      documentation: null,
    }));
  return { resourceType, resourceName, errorMessage: null, configs };
}

function failed({ resourceType, resourceName }: Resource, code: number): Result {
  return { resourceType, resourceName, errorCode: code, errorMessage: errorName(code) };
}
