import type { Clock, TimerHandle } from '../time/clock.js';

/** An assignment strategy a member can follow, with what it tells the leader about itself. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
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
  /** Filled for the leader only: it makes the assignment. */
  readonly members?: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

export interface SyncResult {
  readonly errorCode: number;
  readonly assignment: Buffer;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
}

/** One consumer of a group. Its group alone changes it. */
export class GroupMember {
  protocols: readonly GroupProtocol[] = [];
  assignment: Buffer = Buffer.alloc(0);
  sessionTimeoutMs = 0;
  rebalanceTimeoutMs = 0;
  /** Set while its JoinGroup waits for the others. */
  answerJoin: ((result: JoinResult) => void) | undefined;
  /** Set while its SyncGroup waits for the leader's. */
  answerSync: ((result: SyncResult) => void) | undefined;
  #sessionTimer: TimerHandle;

  constructor(
    readonly id: string,
    readonly clientId: string,
    readonly clientHost: string,
    readonly clock: Clock,
  ) {}

  /** False while an answer is owed to it: a member that waits cannot send heartbeats. */
  get canHeartbeat(): boolean {
    return this.answerJoin === undefined && this.answerSync === undefined;
  }

  /** Takes over what a JoinGroup says about the member. The bytes are copied: they are a view of the request. */
  update(joining: Joining): void {
    this.protocols = joining.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
    this.sessionTimeoutMs = joining.sessionTimeoutMs;
    this.rebalanceTimeoutMs = joining.rebalanceTimeoutMs;
  }

  restartSession(onExpired: () => void): void {
    this.stopSession();
    this.#sessionTimer = this.clock.setTimeout(onExpired, this.sessionTimeoutMs);
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
