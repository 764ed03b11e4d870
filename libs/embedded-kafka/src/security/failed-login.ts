import type { Reply } from '../broker/connection.js';
import { waitForChange } from '../cluster/wait-for-change.js';
import type { Session } from './session.js';

/** What a client gets that could not prove who it is: its last answer, a little late so that it does not come back at once, then the end. */
export async function lastReply(reply: Reply, { sasl }: Session, signal: AbortSignal): Promise<Reply> {
  if (sasl !== undefined && sasl.failedAuthenticationDelayMs > 0) {
    const { failedAuthenticationDelayMs: timeoutMs, clock } = sasl;
    await waitForChange({ on: [], timeoutMs, clock, signal, isDone: () => false });
  }
  return Buffer.isBuffer(reply) ? { last: reply } : 'close';
}

/** A token as a client gets it that sends bare ones: its size and itself. */
export function rawTokenFrame(token: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(token.length);
  return Buffer.concat([size, token]);
}
