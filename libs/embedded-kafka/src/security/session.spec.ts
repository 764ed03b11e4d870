import { errorCode } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../time/spec-support/manual-clock.js';
import { Random } from '../time/random.js';
import { saslSettings, type SaslOptions } from './sasl-settings.js';
import { Session } from './session.js';
import { UserStore } from './users.js';

const plain = (username: string, password = 'secret'): Buffer => Buffer.from(`\0${username}\0${password}`);

function connected(options: Partial<SaslOptions> = {}) {
  const clock = new ManualClock();
  const random = new Random(1);
  const users = new UserStore(4096, random);
  for (const username of ['alice', 'bob']) users.set({ username, password: 'secret' });
  const session = new Session('::1', undefined, saslSettings({ users: [], ...options }, { users, clock, random }));
  const logIn = (username = 'alice', mechanism = 'PLAIN') => {
    session.admit('SaslHandshake');
    session.handshake(mechanism, 1);
    session.admit('SaslAuthenticate');
    return session.authenticate(plain(username));
  };
  return { session, clock, users, logIn };
}

describe('Session', () => {
  it('is anonymous where nobody has to log in, and takes no login', () => {
    const session = new Session('::1', undefined, undefined);
    expect([session.admit('Produce'), session.principal]).toEqual(['serve', 'User:ANONYMOUS']);
    expect(session.handshake('PLAIN', 1)).toEqual({ errorCode: errorCode('ILLEGAL_SASL_STATE'), mechanisms: [] });
    expect(session.authenticate(plain('alice'))).toMatchObject({ errorCode: errorCode('ILLEGAL_SASL_STATE') });
    expect(session.hasFailed).toBe(false);
  });

  it('serves nothing but the login until it is done', () => {
    const { session, logIn } = connected();
    expect(session.admit('ApiVersions')).toBe('serve');
    expect(logIn()).toMatchObject({ errorCode: 0 });
    expect([session.admit('Produce'), session.principal]).toEqual(['serve', 'User:alice']);
  });

  it.each([
    ['a request of anything else', ['Metadata']],
    ['a question for versions, twice', ['ApiVersions', 'ApiVersions']],
    ['a token before a mechanism', ['SaslAuthenticate']],
  ] as const)('hangs up on %s', (_what, requests) => {
    const { session } = connected();
    expect(requests.map((api) => session.admit(api)).at(-1)).toBe('close');
    expect(session.hasFailed).toBe(true);
  });

  it('refuses other requests between the tokens', () => {
    const { session } = connected();
    session.handshake('SCRAM-SHA-256', 1);
    expect([session.admit('Metadata'), session.hasFailed]).toEqual(['refuse', true]);
  });

  it('lists the mechanisms to one who asks for another', () => {
    const { session } = connected({ mechanisms: ['PLAIN'] });
    expect(session.handshake('SCRAM-SHA-256', 1)).toEqual({
      errorCode: errorCode('UNSUPPORTED_SASL_MECHANISM'),
      mechanisms: ['PLAIN'],
    });
    expect(session.hasFailed).toBe(true);
  });

  it('knows a changed password, and no removed user, from the next login on', () => {
    const { session, users } = connected();
    session.handshake('PLAIN', 1);
    users.set({ username: 'alice', password: 'other' });
    expect(session.authenticate(plain('alice'))).toMatchObject({
      errorCode: errorCode('SASL_AUTHENTICATION_FAILED'),
      errorMessage: 'Authentication failed: Invalid username or password',
    });
    users.remove('bob');
    const { session: next } = connected();
    next.handshake('PLAIN', 1);
    expect(users.names).toEqual(['alice']);
  });

  describe('that ends after a time', () => {
    it('is cut off when nobody authenticates again', () => {
      const { session, clock, logIn } = connected({ maxReauthMs: 5_000 });
      expect(logIn()).toMatchObject({ sessionLifetimeMs: 5_000 });
      clock.advance(4_999);
      expect(session.admit('Metadata')).toBe('serve');
      clock.advance(1);
      expect([session.admit('Metadata'), session.hasFailed]).toEqual(['close', false]);
    });

    it('lives on when they do, also after its end', () => {
      const { session, clock, logIn } = connected({ maxReauthMs: 5_000 });
      logIn();
      clock.advance(6_000);
      expect(logIn()).toMatchObject({ errorCode: 0, sessionLifetimeMs: 5_000 });
      expect(session.admit('Metadata')).toBe('serve');
    });

    it('lets nobody become somebody else', () => {
      const { session, logIn } = connected({ maxReauthMs: 5_000 });
      logIn('alice');
      expect(logIn('bob')).toMatchObject({
        errorMessage: 'Cannot change principals during re-authentication from User.alice: User.bob',
      });
      expect(session.hasFailed).toBe(true);
    });

    it('lets nobody change the mechanism', () => {
      const { session, logIn } = connected({ maxReauthMs: 5_000 });
      logIn();
      session.admit('SaslHandshake');
      expect(session.handshake('SCRAM-SHA-256', 1)).toMatchObject({ errorCode: 0 });
      expect(session.admit('SaslAuthenticate')).toBe('close');
    });

    it('may be renewed once a second', () => {
      const { session, clock, logIn } = connected({ maxReauthMs: 5_000 });
      logIn();
      logIn();
      session.admit('SaslHandshake');
      expect(session.handshake('PLAIN', 1)).toMatchObject({ errorCode: errorCode('ILLEGAL_SASL_STATE') });
      clock.advance(1_000);
      expect(logIn()).toMatchObject({ errorCode: 0 });
    });
  });
});
