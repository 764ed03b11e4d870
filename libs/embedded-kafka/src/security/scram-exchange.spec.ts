import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { Random } from '../time/random.js';
import { scramCredential, type ScramMechanism } from './scram-credential.js';
import { ScramExchange } from './scram-exchange.js';
import type { SaslStep } from './sasl-exchange.js';
import { UserStore } from './users.js';

/** The client of RFC 5802, written from the text of the RFC. */
function client(mechanism: ScramMechanism, password: string) {
  const hash = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512';
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  return (first: string, serverFirst: string, channel = 'biws', nonceOf = (nonce: string) => nonce) => {
    const [, nonce = '', salt = '', iterations = ''] = /^r=(.*),s=(.*),i=(.*)$/.exec(serverFirst) ?? [];
    const length = hash === 'sha256' ? 32 : 64;
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), length, hash);
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=${channel},r=${nonceOf(nonce)}`;
    const everything = `${first.slice('n,,'.length)},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash(hash).update(clientKey).digest(), everything);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
    const serverSignature = hmac(hmac(salted, 'Server Key'), everything).toString('base64');
    return { final: `${withoutProof},p=${proof}`, serverFinal: `v=${serverSignature}` };
  };
}

function exchange(mechanism: ScramMechanism = 'SCRAM-SHA-256') {
  const users = new UserStore(4096, new Random(1));
  users.set({ username: 'a,l=ice', password: 'secret' });
  const made = new ScramExchange(mechanism, users, new Random(2));
  return { users, next: (message: string): SaslStep => made.next(Buffer.from(message)) };
}

const textOf = (step: SaslStep): string => (step.kind === 'failed' ? 'failed' : step.token.toString());
const FIRST = 'n,,n=a=2Cl=3Dice,r=fyko+d2lbbFgONRv9qkxdawL';

describe('ScramExchange', () => {
  it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('lets in who knows the password, by %s', (mechanism) => {
    const { next } = exchange(mechanism);
    const serverFirst = textOf(next(FIRST));
    expect(serverFirst).toMatch(/^r=fyko\+d2lbbFgONRv9qkxdawL.{22},s=.+,i=4096$/);
    const { final, serverFinal } = client(mechanism, 'secret')(FIRST, serverFirst);
    const done = next(final);
    expect([textOf(done), done]).toEqual([serverFinal, expect.objectContaining({ kind: 'done', username: 'a,l=ice' })]);
  });

  it.each([
    ['wants channel binding', `p=tls-unique,,n=alice,r=x`],
    ['says the server has no channel binding', 'y,,n=alice,r=x'],
    ['has no nonce', 'n,,n=alice'],
    ['is nobody', 'n,,n=nobody,r=x'],
    ['comes with a delegation token', 'n,,n=a=2Cl=3Dice,r=x,tokenauth=true'],
  ])('fails a client that %s', (_what, message) => {
    expect(exchange().next(message)).toEqual({ kind: 'failed' });
  });

  it('fails a client that wants to act for somebody else', () => {
    expect(exchange().next('n,a=bob,n=a=2Cl=3Dice,r=x')).toMatchObject({
      message: 'Authentication failed: Client requested an authorization id that is different from username',
    });
  });

  it('fails a wrong proof, and another nonce', () => {
    const wrong = exchange();
    const { final } = client('SCRAM-SHA-256', 'wrong')(FIRST, textOf(wrong.next(FIRST)));
    expect(wrong.next(final).kind).toBe('failed');
    const other = exchange();
    const replayed = client('SCRAM-SHA-256', 'secret')(
      FIRST,
      textOf(other.next(FIRST)),
      'biws',
      (nonce) => `${nonce}x`,
    );
    expect(other.next(replayed.final).kind).toBe('failed');
    expect(exchange().next('c=biws,r=x,p=').kind).toBe('failed');
  });

  it('takes the nonce of librdkafka, which has its own part twice', () => {
    const { next } = exchange();
    const serverFirst = textOf(next(FIRST));
    const { final } = client('SCRAM-SHA-256', 'secret')(FIRST, serverFirst, 'biws', (nonce) => `fyko${nonce}`);
    expect(next(final).kind).toBe('done');
  });

  it('goes by a hash that a client has stored', () => {
    const { users, next } = exchange();
    const salt = Buffer.from('salt');
    const salted = pbkdf2Sync('stored', salt, 8192, 32, 'sha256');
    users.setScramCredential('a,l=ice', 'SCRAM-SHA-256', scramCredential('SCRAM-SHA-256', { salted }, salt, 8192));
    const { final } = client('SCRAM-SHA-256', 'stored')(FIRST, textOf(next(FIRST)));
    expect(next(final).kind).toBe('done');
  });
});
