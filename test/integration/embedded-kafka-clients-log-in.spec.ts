import { EmbeddedKafka, issueCertificate, type EmbeddedKafkaOptions } from 'embedded-kafka';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';

const ALICE = { username: 'alice', password: 'alice-secret' };
const SASL = { users: [ALICE], failedAuthenticationDelayMs: 0 };

let kafka: EmbeddedKafka | undefined;
afterEach(() => kafka?.stop());

async function start(options: EmbeddedKafkaOptions): Promise<EmbeddedKafka> {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }], ...options });
  return kafka;
}

/** Sends a record and reads it back. */
async function roundTrip(cluster: EmbeddedKafka, config: Omit<KafkaConfig, 'brokers'>): Promise<string> {
  const client = new Kafka({
    brokers: cluster.bootstrap,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 0 },
    ...config,
  });
  const producer = client.producer();
  const consumer = client.consumer({ groupId: 'readers' });
  try {
    await producer.connect();
    await producer.send({ topic: 'orders', messages: [{ value: 'v' }] });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    return await new Promise<string>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> =>
        resolve(String(message.value));
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await producer.disconnect();
    await consumer.disconnect();
  }
}

describe('kafkajs reaches an embedded cluster', () => {
  it.each<SASLOptions>([
    { mechanism: 'plain', ...ALICE },
    { mechanism: 'scram-sha-256', ...ALICE },
    { mechanism: 'scram-sha-512', ...ALICE },
    { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: unsignedToken('alice') }) },
  ])('with SASL and $mechanism', async (sasl) => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
    const cluster = await start({ sasl: { ...SASL, mechanisms } });
    expect(await roundTrip(cluster, { sasl })).toBe('v');
  });

  it('with TLS and its own certificate', async () => {
    const cluster = await start({ tls: true });
    expect(await roundTrip(cluster, { ssl: { ca: [cluster.ca ?? ''] } })).toBe('v');
  });

  it('with both', async () => {
    const cluster = await start({ tls: true, sasl: SASL });
    const sasl = { mechanism: 'scram-sha-512', ...ALICE } as const;
    expect(await roundTrip(cluster, { ssl: { ca: [cluster.ca ?? ''] }, sasl })).toBe('v');
  });

  it('with a certificate of its own, which is its name', async () => {
    const alice = issueCertificate({ commonName: 'alice' });
    const cluster = await start({ tls: { clientAuth: 'required', ca: alice.cert }, superUsers: ['User:CN=alice'] });
    expect(await roundTrip(cluster, { ssl: { ca: [cluster.ca ?? ''], ...alice } })).toBe('v');
  });
});

describe('kafkajs is told', () => {
  const expired = issueCertificate({
    commonName: 'localhost',
    hosts: ['localhost', '127.0.0.1'],
    validTo: new Date('2021-01-01'),
  });
  const elsewhere = issueCertificate({ commonName: 'elsewhere', hosts: ['elsewhere'] });
  const stranger = issueCertificate({ commonName: 'stranger' });
  const sasl = (mechanism: 'plain' | 'scram-sha-256', credentials: object): SASLOptions => ({
    mechanism,
    ...ALICE,
    ...credentials,
  });

  it.each<[string, EmbeddedKafkaOptions, Omit<KafkaConfig, 'brokers'>, string | RegExp]>([
    ['of a wrong password', { sasl: SASL }, { sasl: sasl('plain', { password: 'x' }) }, 'Invalid username or password'],
    [
      'of a wrong password for SCRAM',
      { sasl: SASL },
      { sasl: sasl('scram-sha-256', { password: 'x' }) },
      'invalid cred',
    ],
    ['of a name nobody has', { sasl: SASL }, { sasl: sasl('scram-sha-256', { username: 'x' }) }, 'invalid credentials'],
    [
      'of a mechanism that is not offered',
      { sasl: { ...SASL, mechanisms: ['SCRAM-SHA-512'] } },
      { sasl: sasl('plain', {}) },
      'does not support the requested SASL mechanism',
    ],
    ['of a name without SASL', {}, { sasl: sasl('plain', {}) }, /not valid given the current SASL state/],
    ['of an authority nobody knows', { tls: true }, { ssl: true }, /self-signed certificate/],
    ['of a certificate that has expired', { tls: expired }, { ssl: { ca: [expired.cert] } }, /expired/],
    [
      'of a certificate for another host',
      { tls: elsewhere },
      { ssl: { ca: [elsewhere.cert] } },
      /IP: 127.0.0.1 is not/,
    ],
    ['of plain text on a TLS port', { tls: true }, {}, /closed|Closed/],
    ['of TLS on a plain port', {}, { ssl: true }, /disconnected|closed|Closed/],
    ['of a slow handshake', { tls: { handshakeDelayMs: 60_000 } }, { ssl: true }, /[Tt]imeout/],
    [
      'that it has to show a certificate',
      { tls: { clientAuth: 'required', ca: stranger.cert } },
      { ssl: { rejectUnauthorized: false } },
      /certificate required|closed/i,
    ],
    [
      'that nobody vouches for its certificate',
      { tls: { clientAuth: 'required', ca: elsewhere.cert } },
      { ssl: { rejectUnauthorized: false, ...stranger } },
      /disconnected|closed|unknown ca/i,
    ],
  ])('%s', async (_what, options, config, message) => {
    await expect(roundTrip(await start(options), config)).rejects.toThrow(message);
  });
});

function unsignedToken(sub: string): string {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode({ sub, exp })}.`;
}
