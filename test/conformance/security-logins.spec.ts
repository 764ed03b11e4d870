import { apis, errorCode } from 'kafka-wire';
import { expect, it } from 'vitest';

import { RawConnection } from '../support/raw-connection.js';
import { ALICE, describeOnEachSecuredKafka, SESSION_MS, unsignedToken } from '../support/secured-kafka.js';

type Step = { readonly error: number; readonly message?: string | null } | 'closed';

const plain = (username: string, password: string, authorizationId = ''): Buffer =>
  Buffer.from(`${authorizationId}\0${username}\0${password}`);
const ALICE_TOKEN = plain(ALICE.username, ALICE.password);
const FAILED = errorCode('SASL_AUTHENTICATION_FAILED');
const scramFailure =
  'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256';

describeOnEachSecuredKafka('logins', (kafka) => {
  async function connected<T>(work: (connection: RawConnection) => Promise<T>): Promise<T> {
    const connection = await RawConnection.open(kafka().address);
    return work(connection).finally(() => connection.close());
  }
  const handshake = (it: RawConnection, mechanism: string, version = 1): Promise<Step> =>
    it.request(apis.SaslHandshake, version, { mechanism }).then((answer) => ({ error: answer.errorCode }), closed);
  const authenticate = (it: RawConnection, authBytes: Buffer, version = 1): Promise<Step> =>
    it
      .request(apis.SaslAuthenticate, version, { authBytes })
      .then((answer) => ({ error: answer.errorCode, message: answer.errorMessage }), closed);
  const metadata = (it: RawConnection): Promise<Step> =>
    it.request(apis.Metadata, 9, { topics: [] }).then(() => ({ error: 0 }), closed);
  const closed = (): Step => 'closed';

  it.each<[what: string, mechanism: string, token: Buffer, answer: Step]>([
    ['a good password', 'PLAIN', ALICE_TOKEN, { error: 0, message: '' }],
    [
      'a wrong password',
      'PLAIN',
      plain('alice', 'x'),
      { error: FAILED, message: 'Authentication failed: Invalid username or password' },
    ],
    [
      'an unknown name',
      'PLAIN',
      plain('x', 'x'),
      { error: FAILED, message: 'Authentication failed: Invalid username or password' },
    ],
    ['no name', 'PLAIN', plain('', 'x'), { error: FAILED, message: 'Authentication failed: username not specified' }],
    [
      'no password',
      'PLAIN',
      plain('alice', ''),
      { error: FAILED, message: 'Authentication failed: password not specified' },
    ],
    [
      'a name to act for',
      'PLAIN',
      plain(ALICE.username, ALICE.password, 'bob'),
      {
        error: FAILED,
        message: 'Authentication failed: Client requested an authorization id that is different from username',
      },
    ],
    [
      'too little',
      'PLAIN',
      Buffer.from('alice'),
      { error: FAILED, message: 'Invalid SASL/PLAIN response: expected 3 tokens, got 1' },
    ],
    [
      'too much',
      'PLAIN',
      Buffer.from('a\0b\0c\0d\0e'),
      { error: FAILED, message: 'Invalid SASL/PLAIN response: expected 3 tokens, got 4' },
    ],
    [
      'an unknown name for SCRAM',
      'SCRAM-SHA-256',
      Buffer.from('n,,n=nobody,r=x'),
      { error: FAILED, message: scramFailure },
    ],
    [
      'channel binding',
      'SCRAM-SHA-256',
      Buffer.from('p=tls-unique,,n=alice,r=x'),
      { error: FAILED, message: scramFailure },
    ],
    ['the flag y', 'SCRAM-SHA-256', Buffer.from('y,,n=alice,r=x'), { error: FAILED, message: scramFailure }],
    ['a first message of SCRAM', 'SCRAM-SHA-256', Buffer.from('n,,n=alice,r=x'), { error: 0, message: '' }],
    ['a token', 'OAUTHBEARER', unsignedToken('alice'), { error: 0, message: '' }],
    ['a token that has expired', 'OAUTHBEARER', unsignedToken('alice', -5_000), { error: 0, message: '' }],
  ])('with %s by %s', async (_what, mechanism, token, answer) => {
    await connected(async (connection) => {
      expect(await handshake(connection, mechanism)).toEqual({ error: 0 });
      expect(await authenticate(connection, token)).toEqual(answer);
    });
  });

  it('that failed end the connection', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'PLAIN');
      await authenticate(connection, plain('alice', 'x'));
      expect(await metadata(connection)).toBe('closed');
    });
  });

  it('with a token that is no good are told why, and fail at the next word', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'OAUTHBEARER');
      const { authBytes } = await connection.request(apis.SaslAuthenticate, 1, {
        authBytes: unsignedToken('x', -5_000),
      });
      expect(JSON.parse(authBytes.toString())).toMatchObject({ status: 'invalid_token' });
      expect(await authenticate(connection, Buffer.from([1]))).toMatchObject({
        error: FAILED,
        message: expect.stringContaining('invalid_token'),
      });
    });
  });

  it('with a wrong proof fail, and the right first message was no secret', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'SCRAM-SHA-256');
      const { authBytes } = await connection.request(apis.SaslAuthenticate, 1, {
        authBytes: Buffer.from('n,,n=alice,r=x'),
      });
      const nonce = /^r=(x[^,]+),s=[^,]+,i=4096$/.exec(authBytes.toString())?.[1] ?? '';
      expect(nonce.length).toBeGreaterThan(10);
      const proof = Buffer.alloc(32).toString('base64');
      expect(await authenticate(connection, Buffer.from(`c=biws,r=${nonce},p=${proof}`))).toEqual({
        error: FAILED,
        message: scramFailure,
      });
    });
  });

  it('by a mechanism nobody offers are told which there are', async () => {
    await connected(async (connection) => {
      const answer = await connection.request(apis.SaslHandshake, 1, { mechanism: 'MAGIC' });
      expect(answer.errorCode).toBe(errorCode('UNSUPPORTED_SASL_MECHANISM'));
      expect(answer.mechanisms.toSorted()).toEqual(['OAUTHBEARER', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);
      expect(await handshake(connection, 'PLAIN')).toBe('closed');
    });
  });

  it.each<[what: string, steps: (connection: RawConnection) => Promise<Step>[], answers: (Step | object)[]]>([
    ['a request before', (it) => [metadata(it)], ['closed']],
    ['a token before the mechanism', (it) => [authenticate(it, ALICE_TOKEN)], ['closed']],
    ['a question for versions before', (it) => [versions(it), handshake(it, 'PLAIN')], [{ error: 0 }, { error: 0 }]],
    ['two questions for versions before', (it) => [versions(it), versions(it)], [{ error: 0 }, 'closed']],
    [
      'a handshake after',
      (it) => [handshake(it, 'PLAIN'), authenticate(it, ALICE_TOKEN), authenticate(it, ALICE_TOKEN)],
      [{ error: 0 }, { error: 0, message: '' }, { error: errorCode('ILLEGAL_SASL_STATE') }],
    ],
  ])('with %s', async (_what, steps, answers) => {
    await connected(async (connection) => {
      const given: Step[] = [];
      for (const step of steps(connection)) given.push(await step);
      expect(given).toMatchObject(answers);
    });
  });
  const versions = (it: RawConnection): Promise<Step> =>
    it.request(apis.ApiVersions, 2, {}).then((answer) => ({ error: answer.errorCode }), closed);

  it('with another request between the tokens are refused as it is', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'PLAIN');
      const answer = await connection.request(apis.DescribeGroups, 4, { groups: ['g'] });
      expect(answer.groups[0]?.errorCode).toBe(errorCode('ILLEGAL_SASL_STATE'));
      expect(await metadata(connection)).toBe('closed');
    });
  });

  it('last as long as the broker says, or as the token', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'PLAIN');
      const { sessionLifetimeMs } = await connection.request(apis.SaslAuthenticate, 1, { authBytes: ALICE_TOKEN });
      expect(sessionLifetimeMs).toBe(SESSION_MS);
    });
    await connected(async (connection) => {
      await handshake(connection, 'OAUTHBEARER');
      const authBytes = unsignedToken('alice', 2_000);
      const { sessionLifetimeMs } = await connection.request(apis.SaslAuthenticate, 1, { authBytes });
      expect(sessionLifetimeMs).toBeLessThanOrEqual(2_000);
      expect(await metadata(connection)).toEqual({ error: 0 });
      while ((await metadata(connection)) !== 'closed');
    });
  });

  it.each<[what: string, mechanism: string, token: () => Buffer, answers: (Step | object)[]]>([
    ['the same name', 'PLAIN', () => ALICE_TOKEN, [{ error: 0 }, { error: 0, message: '' }]],
    ['a wrong password', 'PLAIN', () => plain('alice', 'x'), [{ error: 0 }, { error: FAILED }]],
    ['another mechanism', 'OAUTHBEARER', () => unsignedToken('alice'), [{ error: 0 }, 'closed']],
  ])('may be renewed with %s', async (_what, mechanism, token, answers) => {
    await connected(async (connection) => {
      await handshake(connection, 'PLAIN');
      await authenticate(connection, ALICE_TOKEN);
      const again = [await handshake(connection, mechanism), await authenticate(connection, token())];
      expect(again).toMatchObject(answers);
    });
  });

  it('may not be renewed as somebody else, nor twice in a second', async () => {
    await connected(async (connection) => {
      await handshake(connection, 'OAUTHBEARER');
      await authenticate(connection, unsignedToken('alice'));
      await handshake(connection, 'OAUTHBEARER');
      expect(await authenticate(connection, unsignedToken('bob'))).toEqual({
        error: FAILED,
        message: 'Cannot change principals during re-authentication from User.alice: User.bob',
      });
    });
    await connected(async (connection) => {
      await handshake(connection, 'PLAIN');
      await authenticate(connection, ALICE_TOKEN);
      await handshake(connection, 'PLAIN');
      await authenticate(connection, ALICE_TOKEN);
      expect(await handshake(connection, 'PLAIN')).toEqual({ error: errorCode('ILLEGAL_SASL_STATE') });
    });
  });
});
