/**
 * A producer id is eight bytes that the broker hands out and everyone else passes on. It is never computed with, so it stays a Buffer: no
 * BigInt, no rounding. Treat the contents as read-only.
 */
export type ProducerId = Buffer;

/** The producer id -1: batches that are not idempotent, requests that want a fresh id. */
export const NO_PRODUCER_ID: ProducerId = Buffer.alloc(8, 0xff);

/** The id as a map key: 16 hex digits. */
export function producerIdKey(producerId: Uint8Array): string {
  return Buffer.from(producerId.buffer, producerId.byteOffset, producerId.byteLength).toString('hex');
}
