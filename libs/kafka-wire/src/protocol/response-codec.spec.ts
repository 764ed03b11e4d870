import { describe, expect, expectTypeOf, it } from 'vitest';
import { apis } from './apis.js';
import { decodeResponse, encodeResponse, peekCorrelationId, type DecodedResponse } from './response-codec.js';

function body(frame: Buffer): Buffer {
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  return frame.subarray(4);
}

describe('encodeResponse', () => {
  it('writes header version 1 before flexible bodies', () => {
    expect(encodeResponse(apis.Heartbeat, 3, 7, { errorCode: 27 }).toString('hex')).toBe(
      '0000000a' + '00000007' + '00000000' + '001b',
    );
    expect(encodeResponse(apis.Heartbeat, 4, 7, { errorCode: 27 }).toString('hex')).toBe(
      '0000000c' + '00000007' + '00' + '00000000' + '001b' + '00',
    );
  });

  it('writes header version 0 before every ApiVersions response', () => {
    const frame = encodeResponse(apis.ApiVersions, 3, 7, { apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] });

    expect(frame.toString('hex')).toBe(
      '00000013' + '00000007' + '0000' + '02' + '0012' + '0000' + '0004' + '00' + '00000000' + '00',
    );
  });

  it('names the message and the version in front of the path', () => {
    expect(() => encodeResponse(apis.Heartbeat, 3, 7, { errorCode: 70_000 })).toThrow(
      'HeartbeatResponse(3).errorCode: expected an int16',
    );
  });

  it('refuses a version the table does not have', () => {
    expect(() => encodeResponse(apis.Heartbeat, 5, 7, {})).toThrow('Heartbeat version 5 is outside 0-4');
    expect(() => decodeResponse(apis.Heartbeat, -1, Buffer.alloc(20))).toThrow('Heartbeat version -1 is outside 0-4');
  });
});

describe('decodeResponse', () => {
  it.each(Object.values(apis))('takes apart what encodeResponse made, for every version of $name', (api) => {
    for (let version = api.versions.min; version <= api.versions.max; version++) {
      const frame = body(encodeResponse(api, version, version, {}));
      const decoded = decodeResponse(api, version, frame);

      expect(decoded.correlationId).toBe(version);
      expect(peekCorrelationId(frame)).toBe(version);
      expect(Object.keys(decoded.body)).toEqual(api.response.fields.map(({ name }) => name));
    }
  });

  it('types the body by the API', () => {
    expectTypeOf<DecodedResponse<typeof apis.InitProducerId>['body']>().toEqualTypeOf<{
      throttleTimeMs: number;
      errorCode: number;
      producerId: Buffer;
      producerEpoch: number;
    }>();
  });

  it('refuses bytes left over: they belong to another message', () => {
    const frame = Buffer.concat([body(encodeResponse(apis.Heartbeat, 3, 7, {})), Buffer.of(0)]);

    expect(() => decodeResponse(apis.Heartbeat, 3, frame)).toThrow(
      'HeartbeatResponse(3): 1 bytes left over (at byte 10)',
    );
  });

  it('reads the leader hints of a produce response', () => {
    const answer = {
      responses: [
        { name: 't', partitionResponses: [{ index: 0, errorCode: 6, currentLeader: { leaderId: 2, leaderEpoch: 9 } }] },
      ],
      nodeEndpoints: [{ nodeId: 2, host: 'b', port: 9092 }],
    };
    const decoded = decodeResponse(apis.Produce, 10, body(encodeResponse(apis.Produce, 10, 7, answer)));

    expect(decoded.body).toMatchObject(answer);
    expect(decodeResponse(apis.Produce, 9, body(encodeResponse(apis.Produce, 9, 7, answer))).body).toMatchObject({
      responses: [{ partitionResponses: [{ currentLeader: { leaderId: -1, leaderEpoch: -1 } }] }],
      nodeEndpoints: [],
    });
  });
});
