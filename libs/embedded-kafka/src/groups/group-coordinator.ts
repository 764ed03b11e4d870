import { errorCode } from 'kafka-wire';
import type { ClusterState, Node } from '../cluster/cluster-state.js';
import { CoordinatorMap } from '../cluster/coordinator-map.js';
import { ConsumerGroup, type GroupSettings } from './consumer-group.js';
import { GroupMember, type Joining, type JoinResult } from './group-member.js';

export interface JoinRequest extends Joining {
  readonly groupId: string;
  /** Empty for a consumer that has none yet. */
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  /** JoinGroup v4: a new member must come back with the id it is given before it counts (KIP-394). */
  readonly mustKnowItsId: boolean;
}

/** All groups of the cluster, and which broker answers for which. State is shared, so it survives a move of the coordinator as Kafka's log makes it. */
export class GroupCoordinator {
  readonly #groups = new Map<string, ConsumerGroup>();

  constructor(
    readonly cluster: ClusterState,
    readonly settings: GroupSettings,
    readonly coordinators = new CoordinatorMap(cluster),
  ) {}

  get groups(): Iterable<ConsumerGroup> {
    return this.#groups.values();
  }

  group(id: string): ConsumerGroup | undefined {
    return this.#groups.get(id);
  }

  groupForWriting(id: string): ConsumerGroup {
    const group = this.#groups.get(id) ?? new ConsumerGroup(id, this.settings, this.cluster.clock);
    this.#groups.set(id, group);
    return group;
  }

  nodeFor(groupId: string): Node | undefined {
    return this.coordinators.nodeFor('group', groupId);
  }

  /** Why this broker cannot serve the group, or 0. */
  check(groupId: string, brokerId: number): number {
    if (groupId === '') return errorCode('INVALID_GROUP_ID');
    return this.coordinators.check('group', groupId, brokerId);
  }

  join(request: JoinRequest): Promise<JoinResult> | JoinResult {
    const { memberId, sessionTimeoutMs } = request;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.settings;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      return { errorCode: errorCode('INVALID_SESSION_TIMEOUT'), memberId };
    }
    const known = this.#groups.get(request.groupId);
    if (memberId !== '' && !known?.has(memberId) && !known?.isExpected(memberId)) {
      return { errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId };
    }
    const group = this.groupForWriting(request.groupId);
    if (!group.fits(request)) return { errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL'), memberId };
    if (memberId !== '') return group.join(this.#member(memberId, request), request);
    const newId = `${request.clientId}-${this.cluster.random.uuid()}`;
    if (!request.mustKnowItsId) return group.join(this.#member(newId, request), request);
    group.expect(newId, sessionTimeoutMs);
    return { errorCode: errorCode('MEMBER_ID_REQUIRED'), memberId: newId };
  }

  /** Why a member may not act in this generation, or 0. */
  checkMember(group: ConsumerGroup | undefined, memberId: string, generationId: number): number {
    if (!group?.has(memberId)) return errorCode('UNKNOWN_MEMBER_ID');
    return group.generationId === generationId ? 0 : errorCode('ILLEGAL_GENERATION');
  }

  delete(groupId: string): number {
    const group = this.#groups.get(groupId);
    if (group === undefined) return errorCode('GROUP_ID_NOT_FOUND');
    if (group.state !== 'Empty') return errorCode('NON_EMPTY_GROUP');
    group.close();
    this.#groups.delete(groupId);
    return 0;
  }

  /** A deleted topic takes its committed offsets along. */
  forgetTopic(topic: string): void {
    for (const group of this.#groups.values()) group.offsets.forgetTopic(topic);
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  #member(id: string, { clientId, clientHost }: JoinRequest): GroupMember {
    return new GroupMember(id, clientId, clientHost, this.cluster.clock);
  }
}
