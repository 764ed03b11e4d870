import type { Random } from '../time/random.js';
import type { MemberIdentity } from './group-member.js';

/** What Kafka makes of a new member: its client's id, or its instance id when it is static, and a random UUID of version 4. */
export function newMemberId(
  { clientId, groupInstanceId }: Pick<MemberIdentity, 'groupInstanceId'> & { readonly clientId: string },
  random: Random,
): string {
  const bytes = Buffer.from(random.uuid(), 'base64url');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const uuid = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `${groupInstanceId ?? clientId}-${uuid}`;
}
