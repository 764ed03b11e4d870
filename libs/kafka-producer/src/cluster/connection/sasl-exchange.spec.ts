import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { AuthenticationError } from '../../errors/cluster-side.errors.js';
import { ClusterFixture } from '../spec-support/cluster-fixture.js';

let fixture: ClusterFixture;
let clock: ClusterFixture['clock'];
let one: ClusterFixture['one'];
let two: ClusterFixture['two'];

beforeEach(() => {
  fixture = new ClusterFixture();
  ({ clock, one, two } = fixture);
});

afterEach(async () => {
  await fixture.cluster.close();
});

describe('credentials', () => {
  const sasl = { mechanism: 'plain', username: 'alice', password: 'secret' } as const;

  function requireSasl(sessionLifetimeMs = 0): void {
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', ({ body }) => ({
        errorCode: body.mechanism === 'PLAIN' ? 0 : errorCode('UNSUPPORTED_SASL_MECHANISM'),
        mechanisms: ['PLAIN'],
      }));
      broker.on('SaslAuthenticate', ({ body }): ResponseInput<typeof apis.SaslAuthenticate> => {
        const accepted = body.authBytes.equals(Buffer.from('\0alice\0secret'));
        return accepted
          ? { sessionLifetimeMs }
          : { errorCode: errorCode('SASL_AUTHENTICATION_FAILED'), errorMessage: 'Invalid username or password' };
      });
    }
  }

  it('logs in before anything else is sent', async () => {
    requireSasl();
    expect(await fixture.outcome(fixture.create({ client: { sasl } }).loadTopic('orders', 1_000))).toMatchObject({
      name: 'orders',
    });
    const broker = one.attempts > 0 ? one : two;
    expect(broker.requests.map(({ name }) => name)).toEqual([
      'ApiVersions',
      'SaslHandshake',
      'SaslAuthenticate',
      'Metadata',
    ]);
  });

  it('fails what waits when the credentials are refused, naming the mechanism, the broker and its reason', async () => {
    requireSasl();
    const error = await fixture.outcome(
      fixture.create({ client: { sasl: { ...sasl, password: 'wrong' } } }).loadTopic('orders', 60_000),
    );
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as Error).message).toMatch(
      /broker-\d:9092 refused our credentials \(SASL PLAIN\).*Invalid username or password/,
    );
  });

  it('does not try refused credentials again and again', async () => {
    requireSasl();
    fixture.create({ client: { brokers: ['broker-1:9092'], sasl: { ...sasl, password: 'wrong' } } });
    for (let i = 0; i < 500; i++) {
      expect(await fixture.outcome(fixture.cluster.loadTopic('orders', 60_000))).toBeInstanceOf(AuthenticationError);
      await clock.advance(10);
    }
    expect(clock.now()).toBeGreaterThan(50_000);
    expect(one.attempts).toBeLessThan(10);
    expect(fixture.warnings).toHaveLength(1);
  });

  it('names the mechanisms the broker offers when ours is not among them', async () => {
    requireSasl();
    const error = await fixture.outcome(
      fixture.create({ client: { sasl: { ...sasl, mechanism: 'scram-sha-256' } } }).loadTopic('orders', 60_000),
    );
    expect((error as Error).message).toContain('the broker does not offer SCRAM-SHA-256; it offers PLAIN');
  });

  it('sends what the AWS mechanism of kafkajs sends, and leaves the object it was given as it was', async () => {
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', ({ body }) => ({ mechanisms: [body.mechanism] }));
      broker.on('SaslAuthenticate', () => ({ authBytes: Buffer.from('{"version":"2020_10_22"}') }));
    }
    const aws = {
      mechanism: 'aws',
      authorizationIdentity: 'AIDAEXAMPLE',
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'secret',
    } as const;
    const client = { brokers: ['broker-1:9092'], sasl: Object.freeze(aws) };
    await fixture.outcome(fixture.create({ client }).loadTopic('orders', 1_000));
    expect(one.requestsOf('SaslHandshake')[0]?.body).toMatchObject({ mechanism: 'AWS' });
    const [step] = one.requestsOf('SaslAuthenticate');
    expect(step?.body).toMatchObject({ authBytes: Buffer.from('AIDAEXAMPLE\0AKIAEXAMPLE\0secret\0') });
    expect(Object.keys(aws)).not.toContain('sessionToken');
  });

  it('takes a mechanism of the user’s own', async () => {
    requireSasl();
    for (const broker of [one, two]) {
      broker.on('SaslHandshake', () => ({ mechanisms: ['TICKET'] }));
      broker.on('SaslAuthenticate', ({ body }) => ({ authBytes: Buffer.from(`echo ${body.authBytes.toString()}`) }));
    }
    let answered: unknown;
    const ticket = {
      mechanism: 'ticket',
      authenticationProvider: ({ saslAuthenticate }: { saslAuthenticate: (args: object) => Promise<unknown> }) => ({
        authenticate: async () => {
          const request = { encode: () => Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('abc')]) };
          const response = { decode: (raw: Buffer) => raw.subarray(4), parse: (data: Buffer) => data.toString() };
          answered = await saslAuthenticate({ request, response });
        },
      }),
    };
    await fixture.outcome(fixture.create({ client: { sasl: ticket as never } }).loadTopic('orders', 1_000));
    expect(answered).toBe('echo abc');
  });

  it('authenticates again before the session ends, when the connection is used, and holds requests back meanwhile', async () => {
    requireSasl(60_000);
    await fixture.outcome(fixture.create({ client: { sasl, brokers: ['broker-1:9092'] } }).loadTopic('orders', 1_000));
    await clock.advance(49_000);
    expect(fixture.cluster.isReady(1, 'control')).toBe(true);
    await clock.advance(1_001);
    expect(fixture.cluster.isReady(1, 'control')).toBe(false);
    await fixture.outcome(fixture.cluster.connect(1, 'control'));
    expect(fixture.cluster.isReady(1, 'control')).toBe(true);
    expect(one.requestsOf('SaslAuthenticate')).toHaveLength(2);
    expect(one.attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a provider that never answers', async () => {
    requireSasl();
    const hanging = {
      mechanism: 'plain',
      authenticationProvider: () => ({ authenticate: () => new Promise<void>(() => undefined) }),
    };
    const error = await fixture.outcome(
      fixture.create({ client: { sasl: hanging, authenticationTimeout: 3_000 } }).loadTopic('orders', 60_000),
    );
    expect((error as Error).message).toContain('not finished within 3000 ms (client.authenticationTimeout)');
  });
});
