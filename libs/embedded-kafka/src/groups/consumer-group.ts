import { errorCode } from 'kafka-wire';
import type { Clock } from '../time/clock.js';
import type { Random } from '../time/random.js';
import {
  GroupMember,
  syncRefused,
  type Joining,
  type JoinResult,
  type MemberIdentity,
  type SyncResult,
} from './group-member.js';
import { GroupOffsets } from './group-offsets.js';
import { GroupRebalance } from './group-rebalance.js';
import type { GroupSettings } from './group-settings.js';
import type { GroupState } from './group-state.js';
import { newMemberId } from './member-id.js';
import { commonProtocols, selectProtocol } from './protocol-selection.js';

export interface JoinRequest extends Joining, MemberIdentity {
  readonly clientId: string;
  readonly clientHost: string;
  /** JoinGroup v4: a new member must come back with the id it is given before it counts (KIP-394). */
  readonly mustKnowItsId: boolean;
  /** JoinGroup v9: a static leader that comes back can be told that it leads without having to assign (KIP-814). */
  readonly canSkipAssignment: boolean;
}

export interface SyncRequest extends MemberIdentity {
  readonly generationId: number;
  /** Null from a client that does not tell. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}

/** How long the JoinGroup of a new member may wait before the member is taken for gone, in milliseconds. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** One group under the classic protocol (Kafka's `ClassicGroup`): what its members may ask, and what it has committed. */
export class ConsumerGroup {
  readonly offsets: GroupOffsets;
  readonly #rebalance: GroupRebalance;

  constructor(
    readonly id: string,
    readonly settings: GroupSettings,
    readonly clock: Clock,
    readonly random: Random,
  ) {
    this.offsets = new GroupOffsets(clock);
    this.#rebalance = new GroupRebalance(settings, clock);
  }

  get state(): GroupState {
    return this.#rebalance.state;
  }
  get stateSinceMs(): number {
    return this.#rebalance.stateSinceMs;
  }
  get generationId(): number {
    return this.#rebalance.generationId;
  }
  get protocolType(): string | null {
    return this.#rebalance.protocolType;
  }
  get protocolName(): string | null {
    return this.#rebalance.protocolName;
  }
  get subscribedTopics(): ReadonlySet<string> | undefined {
    return this.#rebalance.subscribedTopics;
  }
  get members(): readonly GroupMember[] {
    return this.#rebalance.members.all;
  }

  join(request: JoinRequest): Promise<JoinResult> | JoinResult {
    const { memberId } = request;
    const { members, pending } = this.#rebalance;
    if (!this.#hasRoomFor(memberId)) {
      const member = members.get(memberId);
      if (member !== undefined) members.remove(member);
      pending.remove(memberId);
      return { errorCode: errorCode('GROUP_MAX_SIZE_REACHED'), memberId: '' };
    }
    if (!this.#fits(request)) return { errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL'), memberId };
    if (memberId === '') return this.#joinNew(request);
    if (pending.has(memberId)) {
      // Only a dynamic member is told to come back with its id.
      if (request.groupInstanceId !== null) return { errorCode: errorCode('UNKNOWN_SERVER_ERROR'), memberId: '' };
      return this.#admit(memberId, request);
    }
    const member = members.find(request);
    return typeof member === 'number' ? { errorCode: member, memberId } : this.#joinAgain(member, request);
  }

  sync(request: SyncRequest): Promise<SyncResult> | SyncResult {
    const { memberId, generationId, protocolType, protocolName, assignments } = request;
    const member = this.#memberOf(request, generationId);
    if (typeof member === 'number') return syncRefused(member);
    const isOther =
      (protocolType !== null && protocolType !== this.protocolType) ||
      (protocolName !== null && protocolName !== this.protocolName);
    if (isOther) return syncRefused(errorCode('INCONSISTENT_GROUP_PROTOCOL'));
    if (this.state === 'PreparingRebalance') return syncRefused(errorCode('REBALANCE_IN_PROGRESS'));
    this.#rebalance.noteSync(memberId);
    if (this.state === 'Stable') return this.#rebalance.synced(member);
    return new Promise((resolve) => {
      member.answerSync = resolve;
      if (memberId === this.#rebalance.members.leader) this.#rebalance.distribute(assignments);
    });
  }

  heartbeat(identity: MemberIdentity, generationId: number): number {
    const member = this.#memberOf(identity, generationId);
    if (typeof member === 'number') return member;
    this.#rebalance.watch(member);
    return this.state === 'PreparingRebalance' ? errorCode('REBALANCE_IN_PROGRESS') : 0;
  }

  /** Returns a code for each. Without a member id, an instance id alone names a static member: that is how operators remove one. */
  leave(leaving: readonly MemberIdentity[]): number[] {
    const codes = leaving.map((identity) => this.#leave(identity));
    if (codes.includes(0) && this.state !== 'Empty') this.#rebalance.begin();
    return codes;
  }

  /**
   * Why offsets may not be committed, or 0. A group without members takes them from anyone who claims no generation: tools, and consumers
   * that assign themselves. In a transaction a client that tells neither member nor generation is always let through, as in Kafka.
   */
  checkCommit(identity: MemberIdentity, generationId: number, isTransactional = false): number {
    const { memberId, groupInstanceId } = identity;
    const claimsNothing = generationId < 0 && memberId === '' && groupInstanceId === null;
    if (generationId < 0 && this.state === 'Empty') return 0;
    if (claimsNothing) return isTransactional ? 0 : errorCode('UNKNOWN_MEMBER_ID');
    const member = this.#memberOf(identity, generationId);
    if (typeof member === 'number') return member;
    return !isTransactional && this.state === 'CompletingRebalance' ? errorCode('REBALANCE_IN_PROGRESS') : 0;
  }

  /** A commit counts as a heartbeat, except while the group waits for its leader. */
  noteCommit(memberId: string): void {
    const member = this.#rebalance.members.get(memberId);
    if (member !== undefined && this.state !== 'CompletingRebalance') this.#rebalance.watch(member);
  }

  /** Nobody is in it or about to be, and its offsets, if it has any, have not changed since. */
  isExpired(untilMs: number): boolean {
    const { offsets, state, stateSinceMs } = this;
    if (state !== 'Empty' || this.#rebalance.pending.size > 0 || offsets.hasPending) return false;
    return offsets.isEmpty || Math.max(stateSinceMs, offsets.lastChangeMs) <= untilMs;
  }

  /** Stops all timers; nobody who waits is answered any more. */
  close(): void {
    this.#rebalance.close();
  }

  #memberOf(identity: MemberIdentity, generationId: number): GroupMember | number {
    const member = this.#rebalance.members.find(identity);
    if (typeof member === 'number' || generationId === this.generationId) return member;
    return errorCode('ILLEGAL_GENERATION');
  }

  /** While members gather, those count whose JoinGroup waits: whoever comes last is the one too many. */
  #hasRoomFor(memberId: string): boolean {
    const { members } = this.#rebalance;
    if (this.state === 'Empty') return true;
    const isJoining = this.state === 'PreparingRebalance';
    const member = members.get(memberId);
    if (member !== undefined && (!isJoining || member.isAwaitingJoin)) return true;
    return (isJoining ? members.awaitingJoin : members.size) < this.settings.maxSize;
  }

  /** False when the group's members could not work with this one: another kind of group, or no strategy in common. */
  #fits({ protocolType, protocols }: Joining): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0;
    const common = commonProtocols(this.members);
    return protocolType === this.protocolType && protocols.some(({ name }) => common.has(name));
  }

  #joinNew(request: JoinRequest): Promise<JoinResult> | JoinResult {
    const { groupInstanceId, sessionTimeoutMs } = request;
    const { members, pending } = this.#rebalance;
    const memberId = newMemberId(request, this.random);
    const known = groupInstanceId === null ? undefined : members.get(members.staticId(groupInstanceId) ?? '');
    if (known !== undefined) return this.#replace(known, memberId, request);
    if (groupInstanceId !== null || !request.mustKnowItsId) return this.#admit(memberId, request);
    pending.add(memberId, sessionTimeoutMs);
    return { errorCode: errorCode('MEMBER_ID_REQUIRED'), memberId };
  }

  #joinAgain(member: GroupMember, request: JoinRequest): Promise<JoinResult> | JoinResult {
    if (this.state === 'Empty') return { errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId: member.memberId };
    const isUnchanged = member.offersSame(request.protocols);
    const isLeader = member.memberId === this.#rebalance.members.leader;
    const mayStay =
      (this.state === 'CompletingRebalance' && isUnchanged) || (this.state === 'Stable' && isUnchanged && !isLeader);
    if (mayStay) return this.#rebalance.joined(member);
    member.update(request);
    return this.#waitForOthers(member);
  }

  #admit(memberId: string, request: JoinRequest): Promise<JoinResult> {
    const { members, pending } = this.#rebalance;
    pending.remove(memberId);
    if (members.size === 0) this.#rebalance.protocolType = request.protocolType;
    const member = new GroupMember(memberId, request.groupInstanceId, request, this.clock);
    member.update(request);
    this.#rebalance.noteNewMember();
    members.add(member);
    this.#rebalance.watch(member, NEW_MEMBER_JOIN_TIMEOUT_MS);
    return this.#waitForOthers(member);
  }

  /** A static member that was started anew takes the place of its old self: a stable group need not even notice. */
  #replace(old: GroupMember, memberId: string, request: JoinRequest): Promise<JoinResult> | JoinResult {
    const formerLeader = this.#rebalance.members.leader;
    const member = this.#rebalance.members.replace(old, memberId);
    this.#rebalance.watch(member);
    member.update(request);
    if (this.state !== 'Stable' || selectProtocol(this.members) !== this.protocolName) {
      return this.#waitForOthers(member);
    }
    if (request.canSkipAssignment) {
      return { ...this.#rebalance.joined(member), skipAssignment: memberId === this.#rebalance.members.leader };
    }
    // An older client would assign when told that it leads, so it is told the id nobody has any more.
    return { errorCode: 0, memberId, ...this.#rebalance.generation, leader: formerLeader };
  }

  #waitForOthers(member: GroupMember): Promise<JoinResult> {
    return new Promise((resolve) => {
      member.answerJoin = resolve;
      this.#rebalance.begin();
    });
  }

  #leave({ memberId, groupInstanceId }: MemberIdentity): number {
    const { members, pending } = this.#rebalance;
    if (pending.remove(memberId)) return 0;
    const id = memberId === '' && groupInstanceId !== null ? (members.staticId(groupInstanceId) ?? '') : memberId;
    const member = members.find({ memberId: id, groupInstanceId });
    if (typeof member === 'number') return member;
    members.remove(member);
    return 0;
  }
}
