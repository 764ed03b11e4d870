import fc from 'fast-check';
import { apis, encodeRequest } from 'kafka-wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedOf } from '../../support/random.js';
import { FuzzCluster } from './fuzz-cluster.js';
import { KINDS } from './malformed-bytes.js';
import { mutated, mutations, resized } from './mutations.js';

const seed = seedOf('malformed logins') | 0;
const RUNS = 3000;
const header = { correlationId: 1, clientId: 'fuzz' };

/** A handshake and then bytes that may begin like a login. */
const logins = fc
  .tuple(
    fc.constantFrom('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', ''),
    fc.constantFrom('\0ada\0wrong', '\0ada\0', 'n,,n=ada,r=abc', 'n,,n=ada', 'c=biws,r=abc,p=AAAA', ''),
    mutations,
    fc.constantFrom(0, 1, 2),
  )
  .map(([mechanism, text, changes, version]) => {
    const authBytes = mutated(Buffer.from(text), changes);
    const authenticate = encodeRequest(apis.SaslAuthenticate, version, header, { authBytes });
    return [encodeRequest(apis.SaslHandshake, 1, header, { mechanism }), authenticate, resized(authenticate)];
  });

describe(`a broker that wants a login and gets nonsense, SEED=${seed}`, () => {
  let cluster: FuzzCluster;
  beforeAll(async () => {
    const users = [{ username: 'ada', password: 'love' }];
    cluster = await FuzzCluster.start({ sasl: { users, failedAuthenticationDelayMs: 0 } });
  });
  afterAll(() => cluster.stop());

  it.each([
    ['logins that are wrong', logins],
    ['anything else', fc.oneof(...Object.values(KINDS).map(({ chunks }) => chunks))],
  ])('closes, waits or answers properly: %s', async (_name, chunks) => {
    await fc.assert(
      fc.asyncProperty(chunks, (sent) => cluster.survives(sent)),
      { numRuns: RUNS, seed },
    );
    await cluster.forgetClients();
    expect(cluster.kafka.broker(1).connectionCount).toBe(0);
    expect(await cluster.kafka.recordsIn('orders')).toEqual([]);
  });
});
