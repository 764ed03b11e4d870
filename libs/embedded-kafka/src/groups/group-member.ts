import type { TimerHandle } from '../time/clock.js';

/** An assignment strategy a member can follow, with what it tells the leader about itself. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
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
  sessionTimer: TimerHandle;

  constructor(
    readonly id: string,
    readonly clientId: string,
    readonly clientHost: string,
  ) {}

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
