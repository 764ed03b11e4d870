import type { Clock, TimerHandle } from '../time/clock.js';

/** An assignment strategy a member can follow, with what it tells the leader about itself. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** How a request names the member it comes from. */
export interface MemberIdentity {
  /** Empty for a consumer that has none yet. */
  readonly memberId: string;
  /** `group.instance.id` of a static member: it stays the same when the member is started anew, its member id does not. */
  readonly groupInstanceId: string | null;
}

/** What a member brings along when it joins. */
export interface Joining {
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly GroupProtocol[];
}

export interface JoinResult {
  readonly errorCode: number;
  readonly memberId: string;
  readonly generationId?: number;
  readonly protocolType?: string | null;
  readonly protocolName?: string | null;
  readonly leader?: string;
  /** The leader is told the members, but must not assign anything: the group goes on as it was. */
  readonly skipAssignment?: boolean;
  /** Filled for the leader only: it makes the assignment. */
  readonly members?: readonly (MemberIdentity & { readonly metadata: Buffer })[];
}

export interface SyncResult {
  readonly errorCode: number;
  readonly assignment: Buffer;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
}

interface Origin {
  readonly clientId: string;
  readonly clientHost: string;
}

/** One consumer of a group. Its group alone changes it. */
export class GroupMember implements MemberIdentity {
  protocols: readonly GroupProtocol[] = [];
  assignment: Buffer = Buffer.alloc(0);
  sessionTimeoutMs = 0;
  rebalanceTimeoutMs = 0;
  /** True until it has got into a generation: as long as nobody told it so, it may be gone although its JoinGroup waits. */
  isNew = true;
  /** Set while its JoinGroup waits for the others. */
  answerJoin: ((result: JoinResult) => void) | undefined;
  /** Set while its SyncGroup waits for the leader's. */
  answerSync: ((result: SyncResult) => void) | undefined;
  #sessionTimer: TimerHandle;

  constructor(
    readonly memberId: string,
    readonly groupInstanceId: string | null,
    readonly origin: Origin,
    readonly clock: Clock,
  ) {}

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  get isAwaitingJoin(): boolean {
    return this.answerJoin !== undefined;
  }

  /** A member that is owed an answer cannot send heartbeats, so its session does not end. */
  get mayMissHeartbeats(): boolean {
    return !this.isNew && (this.answerJoin !== undefined || this.answerSync !== undefined);
  }

  /** Takes over what a JoinGroup says about the member. The bytes are copied: they are a view of the request. */
  update(joining: Joining): void {
    this.protocols = joining.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
    this.sessionTimeoutMs = joining.sessionTimeoutMs;
    this.rebalanceTimeoutMs = joining.rebalanceTimeoutMs;
  }

  /** The member under a new id, with all it had but its session and what it waited for. */
  renamed(memberId: string): GroupMember {
    const member = new GroupMember(memberId, this.groupInstanceId, this.origin, this.clock);
    member.protocols = this.protocols;
    member.assignment = this.assignment;
    member.sessionTimeoutMs = this.sessionTimeoutMs;
    member.rebalanceTimeoutMs = this.rebalanceTimeoutMs;
    member.isNew = false;
    return member;
  }

  restartSession(onExpired: () => void, timeoutMs = this.sessionTimeoutMs): void {
    this.stopSession();
    this.#sessionTimer = this.clock.setTimeout(onExpired, timeoutMs);
  }

  stopSession(): void {
    this.clock.clearTimeout(this.#sessionTimer);
  }

  finishJoin(result: JoinResult): void {
    const { answerJoin } = this;
    this.answerJoin = undefined;
    answerJoin?.(result);
  }

  /** Returns whether it was waiting. */
  finishSync(result: SyncResult): boolean {
    const { answerSync } = this;
    this.answerSync = undefined;
    answerSync?.(result);
    return answerSync !== undefined;
  }

  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0);
  }

  offersSame(protocols: readonly GroupProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, at) => {
        const mine = this.protocols[at];
        return mine !== undefined && mine.name === name && mine.metadata.equals(metadata);
      })
    );
  }
}

/** The answer to a SyncGroup that is refused. */
export function syncRefused(errorCode: number): SyncResult {
  return { errorCode, assignment: Buffer.alloc(0), protocolType: null, protocolName: null };
}
