import { errorCode } from 'kafka-wire';
import type { Clock, TimerHandle } from '../time/clock.js';
import type { GroupMember, Joining, JoinResult, SyncResult } from './group-member.js';
import { GroupOffsets } from './group-offsets.js';
import { transition, type GroupState } from './group-state.js';
import { PendingMembers } from './pending-members.js';
import { commonProtocols, selectProtocol } from './protocol-selection.js';

export interface GroupSettings {
  /** How long the first rebalance of an empty group waits for more members, in milliseconds (`group.initial.rebalance.delay.ms`). */
  readonly initialRebalanceDelayMs: number;
  /** Session time-outs a member may ask for (`group.min.session.timeout.ms`, `group.max.session.timeout.ms`). */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
}

const NOBODY = '';

/**
 * One group under the classic protocol (Kafka's `ClassicGroup` and its coordinator).
 *
 * A member whose JoinGroup or SyncGroup waits for others cannot send heartbeats, so its session runs only between answers.
 */
export class ConsumerGroup {
  readonly offsets = new GroupOffsets();
  readonly #members = new Map<string, GroupMember>();
  readonly #pending: PendingMembers;
  #state: GroupState = 'Empty';
  #generationId = 0;
  #protocolType: string | null = null;
  #protocolName: string | null = null;
  #leader = NOBODY;
  #rebalanceTimer: TimerHandle;
  /** True while an empty group gathers its first members: it waits the whole delay, however many are there. */
  #isGathering = false;

  constructor(
    readonly id: string,
    readonly settings: GroupSettings,
    readonly clock: Clock,
  ) {
    this.#pending = new PendingMembers(clock, () => this.#memberIsGone());
  }

  get state(): GroupState {
    return this.#state;
  }
  get generationId(): number {
    return this.#generationId;
  }
  get protocolType(): string | null {
    return this.#protocolType;
  }
  get protocolName(): string | null {
    return this.#protocolName;
  }
  get members(): readonly GroupMember[] {
    return [...this.#members.values()];
  }

  /** Remembers an id that was handed out; a member that does not come back with it within its session is forgotten. */
  expect(memberId: string, sessionTimeoutMs: number): void {
    this.#pending.add(memberId, sessionTimeoutMs);
  }

  isExpected(memberId: string): boolean {
    return this.#pending.has(memberId);
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId);
  }

  /** False when the group's members could not work with this one: another kind of group, or no strategy in common. */
  fits({ protocolType, protocols }: Joining): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    if (this.#members.size === 0) return true;
    const common = commonProtocols(this.#members.values());
    return protocolType === this.#protocolType && protocols.some(({ name }) => common.has(name));
  }

  join(member: GroupMember, joining: Joining): Promise<JoinResult> {
    const known = this.#members.get(member.id);
    if (known === undefined) return this.#admit(member, joining);
    const isUnchanged = known.offersSame(joining.protocols);
    const mayStay =
      (this.#state === 'CompletingRebalance' && isUnchanged) ||
      (this.#state === 'Stable' && isUnchanged && known.id !== this.#leader);
    if (mayStay) return Promise.resolve(this.#joined(known));
    return this.#rejoin(known, joining);
  }

  sync(memberId: string, assignments: readonly { memberId: string; assignment: Buffer }[]): Promise<SyncResult> {
    const member = this.#members.get(memberId);
    if (member === undefined) return Promise.resolve(this.#notSynced('UNKNOWN_MEMBER_ID'));
    if (this.#state === 'PreparingRebalance') return Promise.resolve(this.#notSynced('REBALANCE_IN_PROGRESS'));
    if (this.#state === 'Stable') {
      this.#watch(member);
      return Promise.resolve(this.#synced(member));
    }
    return new Promise((resolve) => {
      member.answerSync = resolve;
      member.stopSession();
      if (memberId === this.#leader) this.#distribute(assignments);
    });
  }

  heartbeat(memberId: string): number {
    const member = this.#members.get(memberId);
    if (member === undefined) return errorCode('UNKNOWN_MEMBER_ID');
    if (member.canHeartbeat) this.#watch(member);
    return this.#state === 'PreparingRebalance' ? errorCode('REBALANCE_IN_PROGRESS') : 0;
  }

  leave(memberId: string): number {
    if (this.#pending.remove(memberId)) {
      this.#memberIsGone();
      return 0;
    }
    const member = this.#members.get(memberId);
    if (member === undefined) return errorCode('UNKNOWN_MEMBER_ID');
    this.#remove(member);
    return 0;
  }

  /** Stops all timers; nobody who waits is answered any more. */
  close(): void {
    this.clock.clearTimeout(this.#rebalanceTimer);
    for (const member of this.#members.values()) member.stopSession();
    this.#pending.clear();
    this.#state = 'Dead';
  }

  #admit(member: GroupMember, joining: Joining): Promise<JoinResult> {
    this.#pending.remove(member.id);
    this.#members.set(member.id, member);
    if (this.#leader === NOBODY) this.#leader = member.id;
    this.#protocolType = joining.protocolType;
    return this.#rejoin(member, joining);
  }

  #rejoin(member: GroupMember, joining: Joining): Promise<JoinResult> {
    member.update(joining);
    member.stopSession();
    return new Promise((resolve) => {
      member.answerJoin = resolve;
      if (this.#state === 'PreparingRebalance') this.#completeIfAllJoined();
      else this.#prepareRebalance();
    });
  }

  #prepareRebalance(): void {
    const isFirst = this.#state === 'Empty';
    this.clock.clearTimeout(this.#rebalanceTimer);
    for (const member of this.#members.values()) {
      member.assignment = Buffer.alloc(0);
      if (member.finishSync(this.#notSynced('REBALANCE_IN_PROGRESS'))) this.#watch(member);
    }
    this.#state = transition(this.#state, 'PreparingRebalance');
    this.#isGathering = isFirst && this.settings.initialRebalanceDelayMs > 0;
    const waitMs = this.#isGathering
      ? this.settings.initialRebalanceDelayMs
      : Math.max(0, ...this.members.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
    this.#rebalanceTimer = this.clock.setTimeout(() => this.#completeJoin(), waitMs);
    this.#completeIfAllJoined();
  }

  #completeIfAllJoined(): void {
    if (this.#isGathering || this.#pending.size > 0) return;
    if (this.members.every(({ answerJoin }) => answerJoin !== undefined)) this.#completeJoin();
  }

  /** Those who are here form the next generation; those who did not come back are out. */
  #completeJoin(): void {
    this.clock.clearTimeout(this.#rebalanceTimer);
    this.#isGathering = false;
    for (const member of this.members) if (member.answerJoin === undefined) this.#drop(member);
    this.#generationId++;
    if (this.#members.size === 0) {
      this.#protocolName = null;
      this.#state = transition(this.#state, 'Empty');
      return;
    }
    this.#state = transition(this.#state, 'CompletingRebalance');
    this.#protocolName = selectProtocol(this.members);
    for (const member of this.members) {
      member.finishJoin(this.#joined(member));
      this.#watch(member);
    }
  }

  #joined(member: GroupMember): JoinResult {
    const protocolName = this.#protocolName;
    const members =
      member.id === this.#leader
        ? this.members.map((one) => ({ memberId: one.id, metadata: one.metadataFor(protocolName) }))
        : [];
    return {
      errorCode: 0,
      memberId: member.id,
      generationId: this.#generationId,
      protocolType: this.#protocolType,
      protocolName,
      leader: this.#leader,
      members,
    };
  }

  #distribute(assignments: readonly { memberId: string; assignment: Buffer }[]): void {
    for (const member of this.#members.values()) {
      const mine = assignments.find(({ memberId }) => memberId === member.id);
      member.assignment = Buffer.from(mine?.assignment ?? []);
    }
    this.#state = transition(this.#state, 'Stable');
    for (const member of this.members) if (member.finishSync(this.#synced(member))) this.#watch(member);
  }

  #synced({ assignment }: GroupMember): SyncResult {
    return { errorCode: 0, assignment, protocolType: this.#protocolType, protocolName: this.#protocolName };
  }

  #notSynced(error: 'UNKNOWN_MEMBER_ID' | 'REBALANCE_IN_PROGRESS'): SyncResult {
    return { errorCode: errorCode(error), assignment: Buffer.alloc(0), protocolType: null, protocolName: null };
  }

  #remove(member: GroupMember): void {
    this.#drop(member);
    if (this.#state === 'PreparingRebalance') this.#completeIfAllJoined();
    else this.#prepareRebalance();
  }

  /** Somebody who never got in was waited for. */
  #memberIsGone(): void {
    if (this.#state === 'PreparingRebalance') this.#completeIfAllJoined();
  }

  #drop(member: GroupMember): void {
    member.stopSession();
    this.#members.delete(member.id);
    if (this.#leader === member.id) this.#leader = this.members[0]?.id ?? NOBODY;
    member.finishJoin({ errorCode: errorCode('UNKNOWN_MEMBER_ID'), memberId: member.id });
    member.finishSync(this.#notSynced('UNKNOWN_MEMBER_ID'));
  }

  /** Its session runs from now; when it ends the member is out. */
  #watch(member: GroupMember): void {
    member.restartSession(() => this.#remove(member));
  }
}
