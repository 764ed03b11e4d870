import { EmbeddedKafka, type AclOptions } from 'embedded-kafka';
import { apis, type RequestInput } from 'kafka-wire';
import { afterAll, beforeAll, describe } from 'vitest';

import { startApacheKafka, type ApacheKafka } from '../apache-kafka/launcher.mjs';
import { describeWithOwnKafka } from './apache-kafka.js';
import { RawConnection } from './raw-connection.js';

/** A cluster of one broker whose clients log in, and may do what the rules allow. */
export interface SecuredKafka {
  readonly address: string;
  /** Adds rules; they hold when this resolves. */
  allow(...acls: readonly AclOptions[]): Promise<void>;
  createTopic(name: string): Promise<void>;
  /** A connection of somebody who has logged in: `admin` may do everything, others what a rule allows. */
  logIn(username: string): Promise<RawConnection>;
}

export const ALICE = { username: 'alice', password: 'alice-secret' };
/** After this a client has to authenticate again, or after its token, whichever is earlier. */
export const SESSION_MS = 60_000;

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
const TOKEN_LIFETIME_MS = 600_000;

/** The numbers of Kafka's messages. */
const OPERATIONS: readonly string[] =
  ',,all,read,write,create,delete,alter,describe,clusterAction,describeConfigs,alterConfigs,idempotentWrite'.split(',');
const RESOURCE_TYPES: readonly string[] = ',,topic,group,cluster,transactionalId'.split(',');
const PATTERNS: readonly string[] = ',,,literal,prefixed'.split(',');
const PERMISSIONS: readonly string[] = ',,deny,allow'.split(',');

/** The same suite on Apache Kafka and on the embedded cluster, both with the same users and the same super user. */
export function describeOnEachSecuredKafka(name: string, suite: (kafka: () => SecuredKafka) => void): void {
  describeWithOwnKafka(`${name}, on Apache Kafka`, () => {
    let apache: ApacheKafka;
    beforeAll(async () => {
      const serverProperties = {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // Brokers talk to each other without a login.
        'super.users': 'User:ANONYMOUS;User:admin',
        'connections.max.reauth.ms': String(SESSION_MS),
      };
      apache = await startApacheKafka({ sasl: { users: [ALICE] }, serverProperties });
    });
    afterAll(() => apache?.stop());
    suite(() => securedKafka(apache.bootstrapOf('SASL_PLAINTEXT')[0] ?? ''));
  });

  describe(`${name}, on the embedded cluster`, () => {
    let embedded: EmbeddedKafka;
    beforeAll(async () => {
      const sasl = { users: [ALICE], mechanisms: MECHANISMS, maxReauthMs: SESSION_MS };
      embedded = await EmbeddedKafka.start({ sasl, acls: [], superUsers: ['User:admin'] });
    });
    afterAll(() => embedded.stop());
    suite(() => securedKafka(embedded.bootstrap[0] ?? ''));
  });
}

function securedKafka(address: string): SecuredKafka {
  const asAdmin = async (work: (admin: RawConnection) => Promise<void>): Promise<void> => {
    const admin = await logIn(address, 'admin');
    await work(admin).finally(() => admin.close());
  };
  return {
    address,
    logIn: (username) => logIn(address, username),
    allow: (...acls) =>
      asAdmin(async (admin) => {
        await admin.request(apis.CreateAcls, 2, { creations: acls.map(creation) });
        for (const acl of acls) await untilKnown(admin, acl);
      }),
    createTopic: (name) =>
      asAdmin(async (admin) => {
        const topics = [{ name, numPartitions: 1, replicationFactor: 1 }];
        await admin.request(apis.CreateTopics, 5, { topics, timeoutMs: 5_000 });
        for (let leader = -1; leader < 0;) {
          const answer = await admin.request(apis.Metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false });
          leader = answer.topics[0]?.partitions[0]?.leaderId ?? -1;
        }
      }),
  };
}

/** By a token that nobody signed: so anybody can be somebody new. */
export async function logIn(address: string, username: string): Promise<RawConnection> {
  const connection = await RawConnection.open(address);
  await connection.request(apis.SaslHandshake, 1, { mechanism: 'OAUTHBEARER' });
  const authBytes = unsignedToken(username);
  const { errorCode, errorMessage } = await connection.request(apis.SaslAuthenticate, 1, { authBytes });
  if (errorCode !== 0) throw new Error(errorMessage ?? `error ${errorCode}`);
  return connection;
}

/** What a client sends first with OAUTHBEARER. */
export function unsignedToken(username: string, lifetimeMs = TOKEN_LIFETIME_MS): Buffer {
  const nowSeconds = Date.now() / 1000;
  const claims = { sub: username, iat: nowSeconds, exp: nowSeconds + lifetimeMs / 1000 };
  const parts = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return Buffer.from(`n,,\u0001auth=Bearer ${parts.join('.')}.\u0001\u0001`);
}

/** A rule that was taken reaches the broker's own copy a little later. */
async function untilKnown(admin: RawConnection, acl: AclOptions): Promise<void> {
  const { principal, host, resourceType, resourceName, resourcePatternType, ...entry } = creation(acl);
  for (let known = 0; known === 0;) {
    const answer = await admin.request(apis.DescribeAcls, 2, {
      ...entry,
      principalFilter: principal,
      hostFilter: host,
      resourceTypeFilter: resourceType,
      resourceNameFilter: resourceName,
      patternTypeFilter: resourcePatternType,
    });
    known = answer.resources.length;
  }
}

type Creation = Required<NonNullable<RequestInput<typeof apis.CreateAcls>['creations']>[number]>;

export function creation({ principal, host = '*', operation, permission = 'allow', resource }: AclOptions): Creation {
  const { type, name = 'kafka-cluster', pattern = 'literal' } = resource;
  return {
    principal,
    host,
    resourceName: name,
    resourceType: RESOURCE_TYPES.indexOf(type),
    resourcePatternType: PATTERNS.indexOf(pattern),
    operation: OPERATIONS.indexOf(operation),
    permissionType: PERMISSIONS.indexOf(permission),
  };
}
