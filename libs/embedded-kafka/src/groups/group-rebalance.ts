import { errorCode } from 'kafka-wire';
import type { Clock, TimerHandle } from '../time/clock.js';
import type { GroupMember, JoinResult, SyncResult } from './group-member.js';
import { syncRefused } from './group-member.js';
import { GroupMembers } from './group-members.js';
import type { GroupSettings } from './group-settings.js';
import { transition, type GroupState } from './group-state.js';
import { PendingMembers } from './pending-members.js';
import { selectProtocol } from './protocol-selection.js';
import { subscribedTopics } from './subscribed-topics.js';

/**
 * How the members of a group get from one generation to the next (Kafka's `GroupMetadataManager` for classic groups): all join, the leader
 * assigns, all are told.
 */
export class GroupRebalance {
  readonly members = new GroupMembers();
  readonly pending: PendingMembers;
  /** Set with the first member of a group that has none, kept when the last has left. */
  protocolType: string | null = null;
  #state: GroupState = 'Empty';
  #stateSinceMs: number;
  #generationId = 0;
  #protocolName: string | null = null;
  #subscribedTopics: ReadonlySet<string> | undefined;
  #joinTimer: TimerHandle;
  #syncTimer: TimerHandle;
  /** True while the rebalance of a group that was empty gathers members: it waits its time, however many are there. */
  #isGathering = false;
  /** Whether somebody came while the group gathered: then it waits once more. */
  #hasGathered = false;
  /** Ids of members that have been told the generation and have not sent SyncGroup. */
  readonly #owingSync = new Set<string>();

  constructor(
    readonly settings: GroupSettings,
    readonly clock: Clock,
  ) {
    this.#stateSinceMs = clock.wallTime();
    this.pending = new PendingMembers(clock, () => this.#memberIsGone());
  }

  get state(): GroupState {
    return this.#state;
  }
  get stateSinceMs(): number {
    return this.#stateSinceMs;
  }
  get generationId(): number {
    return this.#generationId;
  }
  get protocolName(): string | null {
    return this.#protocolName;
  }
  /** Undefined when the members do not tell: they are no consumers, or what they say cannot be read. */
  get subscribedTopics(): ReadonlySet<string> | undefined {
    return this.#subscribedTopics;
  }

  /** A member that is new to a rebalance of first members gives the next ones more time. */
  noteNewMember(): void {
    if (this.#isGathering) this.#hasGathered = true;
  }

  /** Makes everyone join again; where they are at it already, sees whether all have. */
  begin(): void {
    if (this.#state === 'PreparingRebalance') return this.completeJoinIfAll();
    if (this.#state === 'CompletingRebalance') this.#refuseSyncs();
    this.#owingSync.clear();
    this.clock.clearTimeout(this.#syncTimer);
    this.#isGathering = this.#state === 'Empty';
    this.#enter('PreparingRebalance');
    if (this.#isGathering) {
      const { initialRebalanceDelayMs: delayMs } = this.settings;
      this.#gather(delayMs, Math.max(this.members.rebalanceTimeoutMs - delayMs, 0));
    } else if (this.#hasEverybody) {
      this.#completeJoin();
    } else {
      this.#completeJoinAfter(this.members.rebalanceTimeoutMs);
    }
  }

  completeJoinIfAll(): void {
    if (this.#state === 'PreparingRebalance' && !this.#isGathering && this.#hasEverybody) this.#completeJoin();
  }

  /** A member whose session is over, or that never got in, is not waited for. */
  expel(member: GroupMember): void {
    this.members.remove(member);
    this.#owingSync.delete(member.memberId);
    if (this.#state === 'PreparingRebalance') this.#memberIsGone();
    else this.begin();
  }

  /** Its session runs from now. */
  watch(member: GroupMember, timeoutMs = member.sessionTimeoutMs): void {
    const onExpired = () => {
      if (!member.mayMissHeartbeats) this.expel(member);
    };
    member.restartSession(onExpired, timeoutMs);
  }

  noteSync(memberId: string): void {
    this.#owingSync.delete(memberId);
    if (this.#owingSync.size === 0) this.clock.clearTimeout(this.#syncTimer);
  }

  /** The leader has spoken: whom it does not name gets nothing. */
  distribute(assignments: readonly { memberId: string; assignment: Buffer }[]): void {
    const assigned = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]));
    for (const member of this.members.all) member.assignment = Buffer.from(assigned.get(member.memberId) ?? []);
    this.#enter('Stable');
    for (const member of this.members.all) if (member.finishSync(this.synced(member))) this.watch(member);
  }

  /** What a member is told about the generation. */
  joined({ memberId }: GroupMember): JoinResult {
    const isLeader = memberId === this.members.leader;
    return { errorCode: 0, memberId, ...this.generation, members: isLeader ? this.roster : [] };
  }

  get generation() {
    const { generationId, protocolType, protocolName } = this;
    return { generationId, protocolType, protocolName, leader: this.members.leader };
  }

  get roster(): NonNullable<JoinResult['members']> {
    return this.members.all.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(this.#protocolName),
    }));
  }

  synced({ assignment }: GroupMember): SyncResult {
    return { errorCode: 0, assignment, protocolType: this.protocolType, protocolName: this.#protocolName };
  }

  /** Stops all timers; nobody who waits is answered any more. */
  close(): void {
    this.clock.clearTimeout(this.#joinTimer);
    this.clock.clearTimeout(this.#syncTimer);
    for (const member of this.members.all) member.stopSession();
    this.pending.clear();
    this.#enter('Dead');
  }

  get #hasEverybody(): boolean {
    return this.members.haveAllJoined && this.pending.size === 0;
  }

  #enter(state: GroupState): void {
    this.#state = transition(this.#state, state);
    this.#stateSinceMs = this.clock.wallTime();
  }

  /** Nobody new within the delay, or the first member's time-out reached, ends it. */
  #gather(delayMs: number, remainingMs: number): void {
    this.#joinTimer = this.clock.setTimeout(() => {
      if (!this.#hasGathered || remainingMs === 0) return this.#completeJoin();
      this.#hasGathered = false;
      const { initialRebalanceDelayMs } = this.settings;
      this.#gather(Math.min(initialRebalanceDelayMs, remainingMs), Math.max(remainingMs - delayMs, 0));
    }, delayMs);
  }

  #completeJoinAfter(timeoutMs: number): void {
    this.#joinTimer = this.clock.setTimeout(() => this.#completeJoin(), timeoutMs);
  }

  /** Those who are here form the next generation. Those who did not come back are out, unless they are static: their session decides. */
  #completeJoin(): void {
    this.clock.clearTimeout(this.#joinTimer);
    const { members } = this;
    for (const member of members.all) if (!member.isAwaitingJoin && !member.isStatic) members.remove(member);
    if (members.size > 0 && !members.electLeader()) return this.#completeJoinAfter(members.rebalanceTimeoutMs);
    this.#isGathering = false;
    this.#generationId++;
    this.#protocolName = selectProtocol(members.all);
    this.#subscribedTopics = subscribedTopics(members.all, this.protocolType, this.#protocolName);
    if (members.size === 0) return this.#enter('Empty');
    this.#enter('CompletingRebalance');
    for (const member of members.all) {
      member.finishJoin(this.joined(member));
      member.isNew = false;
      this.watch(member);
      this.#owingSync.add(member.memberId);
    }
    this.#syncTimer = this.clock.setTimeout(() => this.#expelWhoOweSync(), members.rebalanceTimeoutMs);
  }

  #expelWhoOweSync(): void {
    for (const memberId of this.#owingSync) {
      const member = this.members.get(memberId);
      if (member !== undefined) this.members.remove(member);
    }
    this.begin();
  }

  #refuseSyncs(): void {
    for (const member of this.members.all) {
      member.assignment = Buffer.alloc(0);
      if (member.finishSync(syncRefused(errorCode('REBALANCE_IN_PROGRESS')))) this.watch(member);
    }
  }

  /** Unlike one that leaves by itself, it also ends the time for gathering when all others are here. */
  #memberIsGone(): void {
    if (this.#state === 'PreparingRebalance' && this.#hasEverybody) this.#completeJoin();
  }
}
