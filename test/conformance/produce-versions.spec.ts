import { apis, decodeResponse, encodeRequest, errorName, type ApiDefinition } from 'kafka-wire';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { batchOf, someRecords } from '../support/batch-surgery.js';
import { describeOnEachKafka } from '../support/each-kafka.js';
import { exchangeFrame } from '../support/exchange-frame.js';
import { contentOf, fetchOf } from '../support/fetched-partition.js';
import { outcomeOf, produceRaw } from '../support/produced-partition.js';
import { RawConnection } from '../support/raw-connection.js';
import { rawRequest } from '../support/raw-request.js';

/** A request whose header says another version; its body is read by nobody. */
function ofVersion(api: ApiDefinition, version: number): Buffer {
  const frame = encodeRequest(api, api.versions.max, { correlationId: 7, clientId: 'test' }, {});
  frame.writeInt16BE(version, 6);
  return frame;
}

describeOnEachKafka('versions of requests', (kafka) => {
  const address = () => kafka().bootstrap.at(0) ?? '';
  let connection: RawConnection;
  beforeEach(async () => {
    connection = await RawConnection.open(address());
  });
  afterEach(() => connection.close());

  it('of ApiVersions that are yet to come are answered with version 0, and with what there is of ApiVersions', async () => {
    const answer = decodeResponse(apis.ApiVersions, 0, await exchangeFrame(address(), ofVersion(apis.ApiVersions, 99)));
    expect([answer.correlationId, errorName(answer.body.errorCode)]).toEqual([7, 'UNSUPPORTED_VERSION']);
    expect(answer.body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
  });

  it.each([apis.Produce, apis.Fetch, apis.ListOffsets, apis.Metadata, apis.CreateTopics])(
    'of $name that are yet to come end the connection',
    async (api) => {
      await expect(exchangeFrame(address(), ofVersion(api, 99))).rejects.toThrow('closed');
    },
  );

  it('of an API nobody has end the connection', async () => {
    const frame = ofVersion(apis.Metadata, 0);
    frame.writeInt16BE(999, 4);
    await expect(exchangeFrame(address(), frame)).rejects.toThrow('closed');
  });

  it.each([
    ['Produce', 0, 13],
    ['Fetch', 4, 17],
    ['ListOffsets', 1, 11],
    ['OffsetForLeaderEpoch', 2, 4],
    ['DeleteRecords', 0, 2],
  ] as const)('of %s are listed from %i to %i at least', async (name, min, max) => {
    const { apiKeys } = await rawRequest(address(), apis.ApiVersions, 2, {});
    const listed = apiKeys.find(({ apiKey }) => apiKey === apis[name].key);
    expect([listed?.minVersion, Math.min(listed?.maxVersion ?? -1, max)]).toEqual([min, max]);
  });

  it.each([3, 5, 7, 8, 9, 10, 11, 12])('of Produce: %i appends', async (version) => {
    const topic = await kafka().createTopic();
    const records = await batchOf(someRecords(2));
    expect(outcomeOf(await produceRaw(address(), { topic, records, version }))).toBe(0);
  });

  it.each([4, 5, 6, 7, 8, 9, 10, 11, 12])('of Fetch: %i reads by names', async (version) => {
    const topic = await kafka().createTopic();
    await produceRaw(address(), { topic, records: await batchOf(someRecords(2)) });
    expect(contentOf(await connection.request(apis.Fetch, version, fetchOf({ topic })))).toEqual([[0, [0]]]);
  });

  it.each([13, 14, 15, 16, 17])('of Fetch: %i reads by ids', async (version) => {
    const topic = await kafka().createTopic();
    await produceRaw(address(), { topic, records: await batchOf(someRecords(2)) });
    const { topics } = await rawRequest(address(), apis.Metadata, 12, { topics: [{ name: topic }] });
    const topicId = topics[0]?.topicId ?? '';
    expect(contentOf(await connection.request(apis.Fetch, version, fetchOf({ topicId })))).toEqual([[0, [0]]]);
  });
});
