import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

/** What a server keeps of a password (RFC 5802): enough to check it, not to log in with it. */
export interface ScramCredential {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

interface ScramHash {
  readonly name: 'sha256' | 'sha512';
  readonly lengthBytes: number;
}

/** Kafka's limits for iterations. */
export const SCRAM_ITERATIONS = { min: 4096, max: 16_384 } as const;

export const SCRAM_MECHANISMS: Readonly<Record<ScramMechanism, { readonly id: number; readonly hash: ScramHash }>> = {
  'SCRAM-SHA-256': { id: 1, hash: { name: 'sha256', lengthBytes: 32 } },
  'SCRAM-SHA-512': { id: 2, hash: { name: 'sha512', lengthBytes: 64 } },
};

/** By the number it has in Kafka's messages. */
export function scramMechanism(id: number): ScramMechanism | undefined {
  const found = Object.entries(SCRAM_MECHANISMS).find(([, mechanism]) => mechanism.id === id);
  return found?.[0] as ScramMechanism | undefined;
}

export function scramCredential(
  mechanism: ScramMechanism,
  password: string | { readonly salted: Buffer },
  salt: Buffer,
  iterations: number,
): ScramCredential {
  const { name, lengthBytes } = SCRAM_MECHANISMS[mechanism].hash;
  const salted =
    typeof password === 'string' ? pbkdf2Sync(password, salt, iterations, lengthBytes, name) : password.salted;
  const storedKey = createHash(name)
    .update(scramHmac(mechanism, salted, 'Client Key'))
    .digest();
  return { salt, iterations, storedKey, serverKey: scramHmac(mechanism, salted, 'Server Key') };
}

export function scramHmac(mechanism: ScramMechanism, key: Buffer, text: string): Buffer {
  return createHmac(SCRAM_MECHANISMS[mechanism].hash.name, key).update(text).digest();
}
