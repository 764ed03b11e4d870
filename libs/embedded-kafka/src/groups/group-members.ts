import { errorCode } from 'kafka-wire';
import { syncRefused, type GroupMember, type MemberIdentity } from './group-member.js';

/** The members of a group in the order they came, which of them is static, and who leads. */
export class GroupMembers {
  readonly #byId = new Map<string, GroupMember>();
  /** Member ids of static members by their instance ids. */
  readonly #staticIds = new Map<string, string>();
  #leader: string | undefined;

  get size(): number {
    return this.#byId.size;
  }

  get all(): readonly GroupMember[] {
    return [...this.#byId.values()];
  }

  /** Empty when there are no members. */
  get leader(): string {
    return this.#leader ?? '';
  }

  get haveAllJoined(): boolean {
    return this.all.every(({ isAwaitingJoin }) => isAwaitingJoin);
  }

  get awaitingJoin(): number {
    return this.all.filter(({ isAwaitingJoin }) => isAwaitingJoin).length;
  }

  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.all.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs));
  }

  get(memberId: string): GroupMember | undefined {
    return this.#byId.get(memberId);
  }

  has(memberId: string): boolean {
    return this.#byId.has(memberId);
  }

  /** Member id of the static member that has this instance id. */
  staticId(groupInstanceId: string): string | undefined {
    return this.#staticIds.get(groupInstanceId);
  }

  /** The member, or the code that says why the request is not from one: 82 when another has taken its instance id. */
  find({ memberId, groupInstanceId }: MemberIdentity): GroupMember | number {
    if (groupInstanceId !== null) {
      const current = this.#staticIds.get(groupInstanceId);
      if (current !== undefined && current !== memberId) return errorCode('FENCED_INSTANCE_ID');
      if (current === undefined) return errorCode('UNKNOWN_MEMBER_ID');
    }
    return this.#byId.get(memberId) ?? errorCode('UNKNOWN_MEMBER_ID');
  }

  add(member: GroupMember): void {
    this.#byId.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.#staticIds.set(member.groupInstanceId, member.memberId);
    this.#leader ??= member.memberId;
  }

  /** What the member waits for is answered: 25 makes a consumer that is still there join anew. */
  remove(member: GroupMember): void {
    const { memberId, groupInstanceId } = member;
    member.stopSession();
    this.#byId.delete(memberId);
    if (groupInstanceId !== null) this.#staticIds.delete(groupInstanceId);
    if (this.#leader === memberId) this.#leader = this.all[0]?.memberId;
    const code = errorCode('UNKNOWN_MEMBER_ID');
    member.finishJoin({ errorCode: code, memberId: '' });
    member.finishSync(syncRefused(code));
  }

  /** Gives a static member a new id; whoever still uses the old one is fenced. */
  replace(old: GroupMember, memberId: string): GroupMember {
    const code = errorCode('FENCED_INSTANCE_ID');
    old.stopSession();
    old.finishJoin({ errorCode: code, memberId: old.memberId });
    old.finishSync(syncRefused(code));
    this.#byId.delete(old.memberId);
    if (this.#leader === old.memberId) this.#leader = memberId;
    const member = old.renamed(memberId);
    this.add(member);
    return member;
  }

  /** Makes a member that has joined the leader when the leader has not. Returns false when nobody has joined. */
  electLeader(): boolean {
    if (this.#leader !== undefined && this.#byId.get(this.#leader)?.isAwaitingJoin === true) return true;
    const joined = this.all.find(({ isAwaitingJoin }) => isAwaitingJoin);
    if (joined !== undefined) this.#leader = joined.memberId;
    return joined !== undefined;
  }
}
