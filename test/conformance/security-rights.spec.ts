import type { AclOptions } from 'embedded-kafka';
import { apis, encodeRecordBatch, errorName } from 'kafka-wire';
import { beforeAll, expect, it } from 'vitest';

import { GUARDED_CLUSTER } from '../support/guarded-cluster.js';
import { GUARDED_GROUPS } from '../support/guarded-groups.js';
import { GUARDED_RECORDS } from '../support/guarded-records.js';
import type { Given } from '../support/guarded-request.js';
import type { RawConnection } from '../support/raw-connection.js';
import { describeOnEachSecuredKafka } from '../support/secured-kafka.js';

describeOnEachSecuredKafka('rights', (kafka) => {
  let given: Given;
  let users = 0;
  const newUser = (): string => `user-${++users}`;

  beforeAll(async () => {
    await kafka().createTopic('orders');
    await kafka().createTopic('payments');
    const records = [{ value: 'x', timestamp: Date.now() }];
    const producer = { producerId: Buffer.alloc(8, 1), producerEpoch: 0, baseSequence: 0 };
    given = {
      batch: await encodeRecordBatch({ records }),
      transactionalBatch: await encodeRecordBatch({ records, producer: { ...producer, isTransactional: true } }),
    };
  });

  async function as<T>(username: string, work: (connection: RawConnection) => Promise<T>): Promise<T> {
    const connection = await kafka().logIn(username);
    return work(connection).finally(() => connection.close());
  }
  const serves = async (key: number): Promise<boolean> =>
    as('admin', async (admin) =>
      (await admin.request(apis.ApiVersions, 2, {})).apiKeys.some((it) => it.apiKey === key),
    );

  it.each(Object.entries({ ...GUARDED_RECORDS, ...GUARDED_GROUPS, ...GUARDED_CLUSTER }))(
    'are needed for %s',
    async (_what, { api, version, input, rights, denied, allowed }) => {
      if (!(await serves(api.key))) return;
      const ask = (user: string) => as(user, async (it) => codesIn(await it.request(api, version, input(given))));
      expect(await ask(newUser())).toEqual(denied.toSorted());
      const user = newUser();
      await kafka().allow(
        ...rights.map(([operation, resource]) => ({ principal: `User:${user}`, operation, resource })),
      );
      const codes = await ask(user);
      // Without a known answer it is enough that no right is lacking.
      const looked = allowed === undefined ? codes.filter((code) => code.includes('AUTHORIZATION')) : codes;
      expect(looked).toEqual(allowed?.toSorted() ?? []);
    },
  );

  const toWrite = (more: Partial<AclOptions>): AclOptions => ({
    principal: 'User:somebody',
    operation: 'write',
    resource: { type: 'topic', name: 'orders' },
    ...more,
  });
  it.each<[what: string, rules: Partial<AclOptions>[], may: boolean]>([
    ['a prefix', [{ resource: { type: 'topic', name: 'ord', pattern: 'prefixed' } }], true],
    ['every name', [{ resource: { type: 'topic', name: '*' } }], true],
    ['a name that is a prefix', [{ resource: { type: 'topic', name: 'ord' } }], false],
    ['all operations', [{ operation: 'all' }], true],
    ['this host', [{ host: '127.0.0.1' }], true],
    ['another host', [{ host: '10.0.0.1' }], false],
    [
      'a name, denied by a prefix',
      [{}, { permission: 'deny', resource: { type: 'topic', name: 'o', pattern: 'prefixed' } }],
      false,
    ],
    ['a name, denied to all operations', [{}, { permission: 'deny', operation: 'all' }], false],
    ['a name, denied from elsewhere', [{}, { permission: 'deny', host: '10.0.0.1' }], true],
  ])('are given for %s', async (_what, rules, may) => {
    const user = newUser();
    await kafka().allow(...rules.map((rule) => toWrite({ ...rule, principal: `User:${user}` })));
    const { api, version, input } = GUARDED_RECORDS['producing'] ?? {};
    if (api === undefined || version === undefined || input === undefined) throw new Error('no such request');
    expect(await as(user, async (it) => codesIn(await it.request(api, version, input(given))))).toEqual(
      may ? [] : ['TOPIC_AUTHORIZATION_FAILED'],
    );
  });

  it('are looked at before the sequence: not even a repeat is answered to one who lost them', async () => {
    const user = newUser();
    await kafka().allow(toWrite({ principal: `User:${user}` }));
    await as(user, async (connection) => {
      const { producerId } = await connection.request(apis.InitProducerId, 4, { transactionalId: null });
      const producer = { producerId, producerEpoch: 0, baseSequence: 0 };
      const batch = await encodeRecordBatch({ records: [{ value: 'x', timestamp: Date.now() }], producer });
      const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: batch }] }];
      const send = async () =>
        codesIn(await connection.request(apis.Produce, 9, { acks: -1, timeoutMs: 5_000, topicData }));
      expect([await send(), await send()]).toEqual([[], []]);
      await kafka().allow(toWrite({ principal: `User:${user}`, permission: 'deny' }));
      expect(await send()).toEqual(['TOPIC_AUTHORIZATION_FAILED']);
    });
  });

  it('close the connection of one who wanted no answer', async () => {
    await as(newUser(), async (connection) => {
      const topicData = [{ name: 'orders', partitionData: [{ index: 0, records: given.batch }] }];
      await expect(connection.request(apis.Produce, 9, { acks: 0, timeoutMs: 5_000, topicData })).rejects.toThrow(
        'closed',
      );
    });
  });

  it('are told to those who ask', async () => {
    const user = newUser();
    const principal = `User:${user}`;
    await kafka().allow(
      { principal, operation: 'read', resource: { type: 'topic', name: 'orders' } },
      { principal, operation: 'read', resource: { type: 'group', name: 'told' } },
    );
    const told = (name: string) =>
      as(name, async (connection) => {
        const { topics, clusterAuthorizedOperations } = await connection.request(apis.Metadata, 9, {
          topics: [{ name: 'orders' }],
          includeClusterAuthorizedOperations: true,
          includeTopicAuthorizedOperations: true,
        });
        const cluster = await connection.request(apis.DescribeCluster, 0, { includeClusterAuthorizedOperations: true });
        return [topics[0]?.topicAuthorizedOperations, clusterAuthorizedOperations, cluster.clusterAuthorizedOperations];
      });
    expect(await told('admin')).toEqual([3576, 8096, 8096]);
    expect(await told(user)).toEqual([264, 0, 0]);
  });
});

/** Names of all errors in an answer, sorted: which of two topics comes first is nobody's business. */
function codesIn(value: unknown): string[] {
  const found: string[] = [];
  const visit = (inner: unknown, field: string): void => {
    if (/errorCode$/i.test(field)) found.push(...(inner === 0 ? [] : [errorName(inner as number)]));
    else if (typeof inner === 'object' && inner !== null && !Buffer.isBuffer(inner)) {
      for (const [name, deeper] of Object.entries(inner)) visit(deeper, name);
    }
  };
  visit(value, '');
  return found.toSorted();
}
