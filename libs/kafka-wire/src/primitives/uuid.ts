import { WireError } from './wire-error.js';

/** Sixteen zero bytes: "no id" in every field of type uuid. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

const UUID_TEXT = /^[\w-]{22}$/;

/** Kafka's own text form of a uuid, as `kafka-topics.sh` prints it: 22 characters of unpadded base64url. */
export function uuidFromBytes(bytes: Buffer): string {
  return bytes.toString('base64url');
}

export function uuidToBytes(uuid: string): Buffer {
  if (!UUID_TEXT.test(uuid)) throw new WireError({ reason: `"${uuid}" is not a uuid of 22 base64url characters` });
  return Buffer.from(uuid, 'base64url');
}
