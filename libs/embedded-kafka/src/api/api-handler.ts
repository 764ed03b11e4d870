import type { ApiDefinition, apis, RequestOf, ResponseInput, VersionRange } from 'kafka-wire';
import type { ClusterState } from '../cluster/cluster-state.js';
import type { CoordinatorMap } from '../cluster/coordinator-map.js';
import type { MetadataCache } from '../cluster/metadata-cache.js';
import type { FetchSessions } from '../fetch-sessions/fetch-sessions.js';
import type { GroupCoordinator } from '../groups/group-coordinator.js';
import type { Security } from '../security/security.js';
import type { Session } from '../security/session.js';
import type { TransactionCoordinator } from '../transactions/transaction-coordinator.js';

/** What all brokers of a cluster answer from. */
export interface ClusterServices {
  readonly cluster: ClusterState;
  readonly groups: GroupCoordinator;
  readonly coordinators: CoordinatorMap;
  readonly security: Security;
  readonly transactions: TransactionCoordinator;
}

/** What a request meets: the broker it reached, who sent it, and the cluster behind. */
export interface RequestContext extends ClusterServices {
  readonly brokerId: number;
  readonly apiVersion: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** What this broker believes of the cluster. */
  readonly metadata: MetadataCache;
  /** What this broker speaks, as ApiVersions lists it. */
  readonly servedVersions: NonNullable<ResponseInput<typeof apis.ApiVersions>['apiKeys']>;
  /** Of this broker. */
  readonly fetchSessions: FetchSessions;
  /** Who asks. */
  readonly session: Session;
  /** Aborted when the client's connection is gone. */
  readonly signal: AbortSignal;
}

/** `no-response`: the protocol answers nothing (acks 0). `close`: the broker hangs up, its only way to say no to acks 0. */
export type Answer<A extends ApiDefinition> = ResponseInput<A> | 'no-response' | 'close';

/** How a broker serves one API. */
export interface ApiHandler<A extends ApiDefinition = ApiDefinition> {
  readonly api: A;
  /** Versions served; exactly these are listed in ApiVersions. */
  readonly versions: VersionRange;
  /** Lowest version listed where it is not the lowest one served. */
  readonly advertisedMin?: number;
  handle(request: RequestOf<A>, context: RequestContext): Answer<A> | Promise<Answer<A>>;
  /** The answer in which everything the request asks for is refused with this code. */
  refuse(request: RequestOf<A>, errorCode: number, context: RequestContext): Answer<A>;
}

/**
 * Ties the types of a handler to its API, then forgets them: brokers find handlers by key at run time, and give each only requests of its
 * own API.
 */
export function defineHandler<A extends ApiDefinition>(handler: ApiHandler<A>): ApiHandler {
  return handler;
}
