import { once } from 'node:events';
import { connect } from 'node:net';

import { EmbeddedKafka, type BrokerStartOptions } from 'embedded-kafka';
import { apis, decodeResponse, encodeRequest, errorCode } from 'kafka-wire';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { rawRequest } from '../support/raw-request.js';

let kafka: EmbeddedKafka;
let address: string;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start();
  onTestFinished(() => kafka.stop());
  [address = ''] = kafka.bootstrap;
});

async function restart(maxVersions?: BrokerStartOptions['maxVersions']) {
  await kafka.broker(1).stop();
  await kafka.broker(1).start(maxVersions === undefined ? {} : { maxVersions });
}

async function listed(name: keyof typeof apis, version = 3) {
  const client = { clientSoftwareName: 'spec', clientSoftwareVersion: '1' };
  const { apiKeys } = await rawRequest(address, apis.ApiVersions, version, client);
  return apiKeys.find(({ apiKey }) => apiKey === apis[name].key);
}

/** The answer comes in version 0, whatever was asked in. */
async function refusedIn(version: number) {
  const { host, port } = kafka.broker(1);
  const socket = connect({ host, port });
  socket.write(encodeRequest(apis.ApiVersions, version, { correlationId: 1, clientId: 'test' }, {}));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return decodeResponse(apis.ApiVersions, 0, answer.subarray(4)).body;
}

describe('a broker that comes back as an older release', () => {
  it('lists what that release speaks, and nothing it had not heard of', async () => {
    const before = await listed('Produce');
    const fetch = await listed('Fetch');
    await restart({ Produce: 8, DescribeProducers: -1 });
    expect(await listed('Produce')).toMatchObject({ minVersion: before?.minVersion, maxVersion: 8 });
    expect(await listed('DescribeProducers')).toBeUndefined();
    expect(await listed('Fetch')).toEqual(fetch);
  });

  it('hangs up on newer versions, and answers those it speaks', async () => {
    await restart({ Metadata: 8 });
    await expect(rawRequest(address, apis.Metadata, 9, { topics: [] })).rejects.toThrow('closed the connection');
    expect(await rawRequest(address, apis.Metadata, 8, { topics: [] })).toMatchObject({ topics: [] });
  });

  it('tells a client that asks for its versions in a newer one which it may ask in', async () => {
    await restart({ ApiVersions: 2 });
    expect(await listed('ApiVersions', 2)).toMatchObject({ maxVersion: 2 });
    expect(await refusedIn(3)).toMatchObject({
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: [{ apiKey: apis.ApiVersions.key, minVersion: 0, maxVersion: 2 }],
    });
  });

  it('stays what it is across a restart, until it is told to be another', async () => {
    await restart({ Produce: 8 });
    await restart();
    expect(await listed('Produce')).toMatchObject({ maxVersion: 8 });
    await restart({});
    expect((await listed('Produce'))?.maxVersion).toBeGreaterThan(8);
  });

  it('is none that anybody has heard of: it does not start', async () => {
    await kafka.broker(1).stop();
    const maxVersions = { Nonsense: 1 } as object;
    await expect(kafka.broker(1).start({ maxVersions })).rejects.toThrow('maxVersions names "Nonsense"');
    await kafka.broker(1).start();
  });
});
