import { apis, type RequestInput } from 'kafka-wire';

import type { RawConnection } from './raw-connection.js';

const JOIN_VERSION = 5;
const SYNC_VERSION = 3;

/** The only member of a group, past its first rebalance. */
export interface RawMember {
  readonly generationId: number;
  readonly memberId: string;
}

/** Joins a group that nobody else is in and gets its assignment. @param groupInstanceId for a static member */
export async function joinAlone(
  connection: RawConnection,
  groupId: string,
  groupInstanceId: string | null = null,
): Promise<RawMember> {
  const join = (memberId: string) => {
    const request: RequestInput<typeof apis.JoinGroup> = {
      groupId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 30_000,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    };
    return connection.request(apis.JoinGroup, JOIN_VERSION, request);
  };
  const first = await join('');
  const { errorCode, generationId, memberId } = first.errorCode === 0 ? first : await join(first.memberId);
  if (errorCode !== 0) throw new Error(`JoinGroup answered ${errorCode}`);
  await connection.request(apis.SyncGroup, SYNC_VERSION, {
    groupId,
    generationId,
    memberId,
    groupInstanceId,
    assignments: [{ memberId, assignment: Buffer.alloc(0) }],
  });
  return { generationId, memberId };
}
