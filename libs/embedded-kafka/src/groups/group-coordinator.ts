import { errorCode, type ProducerId } from 'kafka-wire';
import type { ClusterState, Node } from '../cluster/cluster-state.js';
import { CoordinatorMap } from '../cluster/coordinator-map.js';
import { ConsumerGroup, type JoinRequest } from './consumer-group.js';
import type { JoinResult } from './group-member.js';
import type { GroupSettings } from './group-settings.js';

/** Kafka's `offsets.retention.minutes`: seven days. */
const OFFSETS_RETENTION_MS = 604_800_000;

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
    const group = this.#groups.get(id) ?? new ConsumerGroup(id, this.settings, this.cluster.clock, this.cluster.random);
    this.#groups.set(id, group);
    return group;
  }

  nodeFor(groupId: string): Node | undefined {
    return this.coordinators.nodeFor('group', groupId);
  }

  /** Why this broker cannot serve the group, or 0. */
  check(groupId: string, brokerId: number): number {
    return this.coordinators.check('group', groupId, brokerId);
  }

  /** The same for requests of members, whose group needs a name. Offsets may be kept under the empty one, as in old times. */
  checkNamed(groupId: string, brokerId: number): number {
    return groupId === '' ? errorCode('INVALID_GROUP_ID') : this.check(groupId, brokerId);
  }

  /** A group comes to be with the first who joins without an id. */
  join(groupId: string, request: JoinRequest): Promise<JoinResult> | JoinResult {
    const { memberId, sessionTimeoutMs } = request;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.settings;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      return { errorCode: errorCode('INVALID_SESSION_TIMEOUT'), memberId };
    }
    const group = memberId === '' ? this.groupForWriting(groupId) : this.#groups.get(groupId);
    return group?.join(request) ?? { errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId };
  }

  /** Which partition of `__consumer_offsets` keeps a group's offsets. */
  offsetsPartitionOf(groupId: string): number {
    return this.coordinators.partitionOf('group', groupId);
  }

  /** A transaction ended on one partition of `__consumer_offsets`. */
  endTransaction(offsetsPartition: number, producerId: ProducerId, isCommitted: boolean): void {
    for (const group of this.#groups.values()) {
      if (this.offsetsPartitionOf(group.id) === offsetsPartition) group.offsets.endTransaction(producerId, isCommitted);
    }
  }

  delete(groupId: string): number {
    const group = this.#groups.get(groupId);
    if (group === undefined) return errorCode('GROUP_ID_NOT_FOUND');
    if (group.state !== 'Empty') return errorCode('NON_EMPTY_GROUP');
    group.close();
    this.#groups.delete(groupId);
    return 0;
  }

  /** Forgets groups without members whose offsets are too old, and those that have none. */
  expire(): void {
    const untilMs = this.cluster.clock.wallTime() - OFFSETS_RETENTION_MS;
    for (const group of this.#groups.values()) if (group.isExpired(untilMs)) this.delete(group.id);
  }

  /** A deleted topic takes its committed offsets along. */
  forgetTopic(topic: string): void {
    for (const group of this.#groups.values()) group.offsets.forgetTopic(topic);
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
  }
}
