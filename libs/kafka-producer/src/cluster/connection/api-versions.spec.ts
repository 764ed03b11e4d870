import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apis, encodeResponse, errorCode } from 'kafka-wire';
import { UnsupportedVersionError } from '../cluster.errors.js';
import { ClusterFixture } from '../spec-support/cluster-fixture.js';
import { allVersions, type ScriptedBroker } from '../spec-support/scripted-cluster.js';
import { ApiVersionTable } from './api-versions.js';

const PACKAGE_JSON = join(import.meta.dirname, '../../../package.json');
const REFUSED = errorCode('UNSUPPORTED_VERSION');

describe('the handshake', () => {
  let fixture: ClusterFixture;
  let one: ScriptedBroker;

  beforeEach(() => {
    fixture = new ClusterFixture();
    one = fixture.one;
    fixture.create({ client: { brokers: ['broker-1:9092'] } });
  });

  afterEach(() => fixture.cluster.close());

  it('asks in the newest version and says who it is', async () => {
    await fixture.outcome(fixture.cluster.ping(1_000));
    const [request] = one.requestsOf('ApiVersions');
    expect(request).toMatchObject({ apiVersion: 4, body: { clientSoftwareName: 'nestjs-kafka-producer' } });
    const { version } = JSON.parse(await readFile(PACKAGE_JSON, 'utf8')) as { version: string };
    expect(request?.body.clientSoftwareVersion).toBe(version.split('.')[0]);
  });

  it.each([
    ['the newest version it names', [{ apiKey: 18, minVersion: 0, maxVersion: 3 }], [4, 3]],
    ['version 0 when it names none', [], [4, 0]],
  ])('repeats a refused request in %s', async (_what, apiKeys, versions) => {
    one.on('ApiVersions', ({ apiVersion, correlationId }) =>
      apiVersion === versions[1]
        ? { apiKeys: allVersions() }
        : { raw: encodeResponse(apis.ApiVersions, 0, correlationId, { errorCode: REFUSED, apiKeys }) },
    );
    expect(await fixture.outcome(fixture.cluster.ping(1_000))).toBeUndefined();
    expect(one.requestsOf('ApiVersions').map(({ apiVersion }) => apiVersion)).toEqual(versions);
  });

  it('is made again on every connection, because a broker may have been upgraded', async () => {
    await fixture.outcome(fixture.cluster.ping(1_000));
    await fixture.outcome(fixture.cluster.connect(1, 'produce'));
    expect(one.requestsOf('ApiVersions')).toHaveLength(2);
  });

  it('gives up after connectionTimeout, saying what the peer may be', async () => {
    one.on('ApiVersions', () => 'silence');
    const error = await fixture.outcome(fixture.cluster.ping(11_000));
    expect((error as Error).message).toContain(
      'connected, but the ApiVersions request was not answered within 10000 ms. It may be a TLS listener',
    );
    expect(one.attempts).toBe(2);
  });
});

describe('the version of a request', () => {
  const table = new ApiVersionTable({ apiKeys: [{ apiKey: 0, minVersion: 3, maxVersion: 9 }] });
  const { Produce, Metadata } = apis;

  it.each([
    ['the highest both know', {}, 9],
    ['not above what the request allows', { maxVersion: 7 }, 7],
    ['what the request needs', { minVersion: 9 }, 9],
  ])('is %s', (_what, limits, version) => {
    expect(table.choose({ api: Produce, ...limits }, 'kafka:9092')).toBe(version);
  });

  it.each([
    ['the broker is older than the request needs', { api: Produce, minVersion: 10 }, 'Produce needs version 10 to'],
    ['the broker is newer than the request allows', { api: Produce, maxVersion: 2 }, 'broker kafka:9092 offers 3 to 9'],
    ['the broker does not have the API', { api: Metadata }, 'broker kafka:9092 does not offer it'],
  ])('does not exist when %s', (_what, request, message) => {
    const choose = (): number => table.choose(request, 'kafka:9092');
    expect(choose).toThrow(UnsupportedVersionError);
    expect(choose).toThrow(message);
  });
});

describe('the level of transactions', () => {
  const feature = (name: string, maxVersionLevel: number) => ({ name, maxVersionLevel, minVersionLevel: 0 });

  it.each([
    ['1 when nothing is finalized', [], 1],
    ['1 for level 1', [feature('transaction.version', 1)], 1],
    ['2 for level 2 among others', [feature('kraft.version', 1), feature('transaction.version', 2)], 2],
    ['2 for a later one', [feature('transaction.version', 3)], 2],
    ['1 for another feature', [feature('group.version', 2)], 1],
  ] as const)('is %s', (_what, finalizedFeatures, level) => {
    expect(new ApiVersionTable({ apiKeys: [], finalizedFeatures: [...finalizedFeatures] }).transactionVersion).toBe(
      level,
    );
  });
});
