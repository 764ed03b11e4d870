import { apis, errorCode, errorName, type RequestOf, type ResponseInput } from 'kafka-wire';
import { describeConfigs as describeTopicConfigs, type ConfigEntry } from '../cluster/topic-configs.js';
import { topicNameProblem } from '../cluster/topic-name.js';
import { defineHandler, type RequestContext } from './api-handler.js';

type Request = RequestOf<typeof apis.DescribeConfigs>;
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
  handle: (request, context) => ({
    results: request.resources.map((resource) => describe(resource, request, context)),
  }),
  refuse: (request, code) => ({ results: request.resources.map((resource) => failed(resource, code)) }),
});

function describe(resource: Resource, { includeSynonyms }: Request, { cluster, brokerId }: RequestContext): Result {
  const { resourceType, resourceName } = resource;
  if (resourceType === TOPIC) {
    const topic = cluster.topic(resourceName);
    if (topic !== undefined) return found(resource, describeTopicConfigs(topic.configs), SOURCE.topic, includeSynonyms);
    const isBadName = topicNameProblem(resourceName) !== undefined;
    return failed(resource, errorCode(isBadName ? 'INVALID_TOPIC_EXCEPTION' : 'UNKNOWN_TOPIC_OR_PARTITION'));
  }
  if (resourceType === BROKER) {
    // Without a name it is about defaults of all brokers that were set at run time, which cannot be here.
    if (resourceName === '') return found(resource, [], SOURCE.broker, includeSynonyms);
    if (resourceName !== String(brokerId)) return failed(resource, errorCode('INVALID_REQUEST'));
    return found(resource, brokerConfigs(cluster.settings), SOURCE.broker, includeSynonyms);
  }
  return failed(resource, errorCode('INVALID_REQUEST'));
}

/** The few settings of a broker that mean something here. */
function brokerConfigs(settings: RequestContext['cluster']['settings']): ConfigEntry[] {
  const { autoCreateTopics, defaultPartitions, defaultReplicationFactor } = settings;
  return [
    brokerConfig('auto.create.topics.enable', 'boolean', String(autoCreateTopics), 'true'),
    brokerConfig('num.partitions', 'int', String(defaultPartitions), '1'),
    brokerConfig('default.replication.factor', 'int', String(defaultReplicationFactor), '1'),
  ];
}

function brokerConfig(name: string, type: ConfigEntry['type'], value: string, defaultValue: string): ConfigEntry {
  return { name, brokerName: name, type, value, defaultValue, isDefault: value === defaultValue };
}

function found(
  { resourceType, resourceName, configurationKeys: keys }: Resource,
  entries: readonly ConfigEntry[],
  source: number,
  includeSynonyms: boolean,
): Result {
  const configs = entries
    .filter(({ name }) => keys === null || keys.includes(name))
    .map((entry) => ({
      name: entry.name,
      value: entry.value,
      readOnly: resourceType === BROKER,
      configSource: entry.isDefault ? SOURCE.default : source,
      configType: TYPE[entry.type],
      documentation: null,
      synonyms: includeSynonyms ? synonymsOf(entry, resourceType, source) : [],
    }));
  return { resourceType, resourceName, errorMessage: null, configs };
}

/** Where the value comes from, and what it would be without that. */
function synonymsOf({ name, value, isDefault, defaultValue, brokerName }: ConfigEntry, type: number, source: number) {
  const own = isDefault ? [] : [{ name, value, source }];
  return [...own, { name: type === TOPIC ? brokerName : name, value: defaultValue, source: SOURCE.default }];
}

function failed({ resourceType, resourceName }: Resource, code: number): Result {
  return { resourceType, resourceName, errorCode: code, errorMessage: errorName(code) };
}
