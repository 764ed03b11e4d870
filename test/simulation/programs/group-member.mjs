import { apis } from 'kafka-wire';
import { WireClient } from './wire-client.mjs';

const HEARTBEAT_MS = 3_000;

/** Asks the first broker, and again while the coordinator is not ready. @returns its `host:port` */
async function coordinatorOf({ simulation, kafka, name, groupId }) {
  const client = new WireClient(simulation, name, kafka.bootstrap[0]);
  try {
    for (;;) {
      const { errorCode, host, port } = await client.request(apis.FindCoordinator, 2, { key: groupId, keyType: 0 });
      if (errorCode === 0) return `${host}:${port}`;
      await simulation.sleep(100);
    }
  } finally {
    client.close();
  }
}

/** A member of a consumer group that does nothing but say that it is there. */
export async function beMember({ simulation, kafka, name, durationMs }) {
  const group = { groupId: 'watchers', groupInstanceId: null };
  const coordinator = await coordinatorOf({ simulation, kafka, name, ...group });
  const client = new WireClient(simulation, name, coordinator);
  const join = (memberId) =>
    client.request(apis.JoinGroup, 5, {
      ...group,
      memberId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    });
  let joined = await join('');
  if (joined.errorCode !== 0) joined = await join(joined.memberId);
  const member = { ...group, generationId: joined.generationId, memberId: joined.memberId };
  const synced = await client.request(apis.SyncGroup, 3, { ...member, assignments: [] });
  if (synced.errorCode !== 0) throw new Error(`the group refuses with ${synced.errorCode}`);
  let heartbeats = 0;
  for (let leftMs = durationMs; leftMs > 0; leftMs -= HEARTBEAT_MS) {
    await simulation.sleep(HEARTBEAT_MS);
    const heartbeat = await client.request(apis.Heartbeat, 3, member);
    if (heartbeat.errorCode !== 0) throw new Error(`the group refuses with ${heartbeat.errorCode}`);
    heartbeats++;
  }
  client.close();
  return heartbeats;
}
