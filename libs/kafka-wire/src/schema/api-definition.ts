import type { Fields, InputOf, MessageOf } from './field.js';
import { MessageSchema } from './message-schema.js';
import { parseVersions, type VersionRange, type Versions } from './version-range.js';

/** The APIs this package speaks, as Kafka names them. */
export type ApiName =
  | 'Produce'
  | 'Fetch'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'FindCoordinator'
  | 'JoinGroup'
  | 'Heartbeat'
  | 'LeaveGroup'
  | 'SyncGroup'
  | 'DescribeGroups'
  | 'ListGroups'
  | 'SaslHandshake'
  | 'ApiVersions'
  | 'CreateTopics'
  | 'DeleteTopics'
  | 'DeleteRecords'
  | 'InitProducerId'
  | 'OffsetForLeaderEpoch'
  | 'AddPartitionsToTxn'
  | 'AddOffsetsToTxn'
  | 'EndTxn'
  | 'TxnOffsetCommit'
  | 'DescribeAcls'
  | 'CreateAcls'
  | 'DeleteAcls'
  | 'DescribeConfigs'
  | 'AlterConfigs'
  | 'DescribeLogDirs'
  | 'SaslAuthenticate'
  | 'CreatePartitions'
  | 'DeleteGroups'
  | 'ElectLeaders'
  | 'IncrementalAlterConfigs'
  | 'AlterPartitionReassignments'
  | 'ListPartitionReassignments'
  | 'OffsetDelete'
  | 'DescribeUserScramCredentials'
  | 'AlterUserScramCredentials'
  | 'DescribeCluster'
  | 'DescribeProducers'
  | 'DescribeTransactions'
  | 'ListTransactions';

/** One API key: both messages, and the versions of them this package can encode and decode. */
export interface ApiDefinition<
  Request extends Fields = Fields,
  Response extends Fields = Fields,
  Name extends ApiName = ApiName,
> {
  readonly key: number;
  readonly name: Name;
  readonly versions: VersionRange;
  /** First version with compact strings, tagged fields and request header v2; Infinity when there is none. */
  readonly flexibleFrom: number;
  readonly request: MessageSchema<Request>;
  readonly response: MessageSchema<Response>;
}

/** A request as decoded. */
export type RequestOf<A extends ApiDefinition> = A extends ApiDefinition<infer F> ? MessageOf<F> : never;
/** A response as decoded. */
export type ResponseOf<A extends ApiDefinition> = A extends ApiDefinition<Fields, infer F> ? MessageOf<F> : never;
/** A request to encode: all fields optional, at every depth. */
export type RequestInput<A extends ApiDefinition> = A extends ApiDefinition<infer F> ? InputOf<F> : never;
/** A response to encode: all fields optional, at every depth. */
export type ResponseInput<A extends ApiDefinition> = A extends ApiDefinition<Fields, infer F> ? InputOf<F> : never;

export function defineApi<
  const Name extends ApiName,
  const Request extends Fields,
  const Response extends Fields,
>(definition: {
  readonly key: number;
  readonly name: Name;
  readonly versions: Versions;
  readonly flexible: Versions | 'none';
  readonly request: Request;
  readonly response: Response;
}): ApiDefinition<Request, Response, Name> {
  const { key, name } = definition;
  const flexible = parseVersions(definition.flexible);
  return {
    key,
    name,
    versions: parseVersions(definition.versions),
    flexibleFrom: flexible.min,
    request: new MessageSchema(definition.request, flexible),
    response: new MessageSchema(definition.response, flexible),
  };
}
