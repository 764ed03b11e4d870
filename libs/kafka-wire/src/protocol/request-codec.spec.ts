import { describe, expect, expectTypeOf, it } from 'vitest';
import { apis } from './apis.js';
import { UnknownApiError, UnsupportedVersionError } from './protocol-errors.js';
import { decodeRequest, encodeRequest, type DecodedRequest } from './request-codec.js';

const header = { correlationId: 7, clientId: 'c' };

function body(frame: Buffer): Buffer {
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  return frame.subarray(4);
}

describe('encodeRequest', () => {
  it('writes header version 1 before plain bodies', () => {
    const frame = encodeRequest(apis.Metadata, 4, header, { topics: null });

    expect(frame.toString('hex')).toBe('00000010' + '0003' + '0004' + '00000007' + '000163' + 'ffffffff' + '01');
  });

  it('writes header version 2 before flexible bodies, its client id not compact', () => {
    const frame = encodeRequest(apis.ApiVersions, 3, header, { clientSoftwareName: 'n', clientSoftwareVersion: 'v' });

    expect(frame.toString('hex')).toBe(
      '00000011' + '0012' + '0003' + '00000007' + '000163' + '00' + '026e' + '0276' + '00',
    );
  });

  it.each([3, 14])('refuses version %d, which the table does not have', (version) => {
    expect(() => encodeRequest(apis.Metadata, version, header, {})).toThrow(
      `Metadata version ${version} is outside 4-13`,
    );
  });

  it('names the message and the version in front of the path', () => {
    expect(() => encodeRequest(apis.Metadata, 9, header, { topics: [{ name: null }] })).toThrow(
      'MetadataRequest(9).topics[0].name: null in a version without null',
    );
  });
});

describe('decodeRequest', () => {
  it.each(Object.values(apis))('takes apart what encodeRequest made, for every version of $name', (api) => {
    for (let version = api.versions.min; version <= api.versions.max; version++) {
      const decoded = decodeRequest(body(encodeRequest(api, version, { correlationId: version, clientId: null }, {})));

      expect(decoded).toMatchObject({ name: api.name, apiVersion: version, correlationId: version, clientId: null });
      expect(decoded.api).toBe(api);
      expect(Object.keys(decoded.body)).toEqual(api.request.fields.map(({ name }) => name));
    }
  });

  it('narrows the body by the name', () => {
    expectTypeOf<Extract<DecodedRequest, { name: 'Metadata' }>['body']['topics']>().toEqualTypeOf<
      { topicId: string; name: string | null }[] | null
    >();
    expectTypeOf<Extract<DecodedRequest, { name: 'Produce' }>['body']['acks']>().toEqualTypeOf<number>();
  });

  it('skips tagged fields of the header', () => {
    const frame = Buffer.from(
      '0012' + '0003' + '00000007' + 'ffff' + '01' + '05' + '02' + 'abcd' + '026e' + '0276' + '00',
      'hex',
    );

    expect(decodeRequest(frame).body).toEqual({ clientSoftwareName: 'n', clientSoftwareVersion: 'v' });
  });

  it('ignores bytes behind the body', () => {
    const frame = Buffer.concat([
      body(encodeRequest(apis.SaslHandshake, 1, header, { mechanism: 'PLAIN' })),
      Buffer.of(1, 2),
    ]);

    expect(decodeRequest(frame).body).toEqual({ mechanism: 'PLAIN' });
  });

  it('gives a broker what it needs to answer 35 to a version from the future', () => {
    const frame = Buffer.from('0012' + '7fff' + '00000007' + '0001', 'hex');

    expect(() => decodeRequest(frame)).toThrow(
      expect.objectContaining({
        constructor: UnsupportedVersionError,
        api: apis.ApiVersions,
        apiVersion: 32767,
        correlationId: 7,
      }),
    );
  });

  it('tells a key it has no table for', () => {
    const frame = Buffer.from('03e8' + '0001' + '00000007' + 'ffff', 'hex');

    expect(() => decodeRequest(frame)).toThrow(
      expect.objectContaining({ constructor: UnknownApiError, apiKey: 1000, apiVersion: 1, correlationId: 7 }),
    );
  });

  it('names the message and the version in front of the path', () => {
    const frame = body(encodeRequest(apis.SaslHandshake, 1, header, { mechanism: 'PLAIN' })).subarray(0, -1);

    expect(() => decodeRequest(frame)).toThrow(
      'SaslHandshakeRequest(1).mechanism: 5 bytes wanted, 4 left (at byte 13)',
    );
  });
});
