import type { AclOptions } from 'embedded-kafka';
import type { ApiDefinition, ErrorName, RequestInput } from 'kafka-wire';

/** A request, the rights it needs, and the error codes of its answer without and with them. */
export interface GuardedRequest {
  readonly api: ApiDefinition;
  readonly version: number;
  readonly input: (given: Given) => RequestInput<ApiDefinition>;
  readonly rights: readonly Right[];
  readonly denied: readonly ErrorName[];
  /** Left out where it does not matter what follows, as long as it is no want of rights. */
  readonly allowed?: readonly ErrorName[];
}

/** What is there: topics `orders` and `payments`, and a batch of one record. */
export interface Given {
  readonly batch: Buffer;
  readonly transactionalBatch: Buffer;
}

/** An operation, and what it is done to. */
export type Right = readonly [AclOptions['operation'], AclOptions['resource']];

export const topic = (name: string): AclOptions['resource'] => ({ type: 'topic', name });
export const group = (name: string): AclOptions['resource'] => ({ type: 'group', name });
export const transaction: AclOptions['resource'] = { type: 'transactionalId', name: 'tx' };
export const cluster: AclOptions['resource'] = { type: 'cluster' };

/** What is lacking, by its error. */
export const DENIED = {
  topic: 'TOPIC_AUTHORIZATION_FAILED',
  group: 'GROUP_AUTHORIZATION_FAILED',
  cluster: 'CLUSTER_AUTHORIZATION_FAILED',
  transaction: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
} as const satisfies Readonly<Record<string, ErrorName>>;

/** What an offset commit says of some topics. */
export const offsets = (...names: string[]) =>
  names.map((name) => ({ name, partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }));

export function guarded<A extends ApiDefinition>(
  api: A,
  version: number,
  input: RequestInput<A> | ((given: Given) => RequestInput<A>),
  rights: readonly Right[],
  denied: readonly ErrorName[],
  allowed?: readonly ErrorName[],
): GuardedRequest {
  const inputOf = typeof input === 'function' ? input : () => input;
  return { api, version, input: inputOf, rights, denied, ...(allowed && { allowed }) };
}
