import { ByteReader } from '../primitives/byte-reader.js';
import { ByteWriter } from '../primitives/byte-writer.js';
import { locate } from '../primitives/wire-error.js';
import type { ApiDefinition, RequestInput, RequestOf } from '../schema/api-definition.js';
import { apiByKey, type Apis } from './apis.js';
import { readMessage } from '../schema/message-reader.js';
import { writeMessage } from '../schema/message-writer.js';
import { UnknownApiError, UnsupportedVersionError } from './protocol-errors.js';
import { skipTaggedFields } from './tagged-fields.js';
import { includesVersion } from '../schema/version-range.js';

export interface RequestHeader {
  readonly correlationId: number;
  readonly clientId: string | null;
}

interface RequestOfApi<A extends ApiDefinition> extends RequestHeader {
  /** `api.name` once more: what a `switch` narrows `body` by. */
  readonly name: A['name'];
  readonly api: A;
  readonly apiVersion: number;
  readonly body: RequestOf<A>;
}

/** One member per API. */
export type DecodedRequest = { [Name in keyof Apis]: RequestOfApi<Apis[Name]> }[keyof Apis];

/** A whole frame: size, header (version 2 where the message is flexible, else 1), body. */
export function encodeRequest<A extends ApiDefinition>(
  api: A,
  version: number,
  header: RequestHeader,
  input: RequestInput<A>,
): Buffer {
  if (!includesVersion(api.versions, version)) throw new UnsupportedVersionError({ api, apiVersion: version });
  const writer = new ByteWriter();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  // Not compact even in header version 2: a broker reads it before it knows the version.
  writer.nullableString(header.clientId);
  if (version >= api.flexibleFrom) writer.unsignedVarint(0);
  try {
    writeMessage(writer, api.request.plan(version), input);
  } catch (error) {
    throw locate(error, `${api.name}Request(${version})`);
  }
  writer.patchInt32(0, writer.size - 4);
  return writer.build();
}

/**
 * Takes a frame without its size apart. Bytes after the body are ignored, as Kafka's broker does.
 *
 * @throws UnknownApiError for a key without a table
 * @throws UnsupportedVersionError for a version outside the table; carries the correlation id to answer under
 * @throws WireError for bytes that are not that message
 */
export function decodeRequest(frame: Buffer): DecodedRequest {
  const reader = new ByteReader(frame);
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const api = apiByKey(apiKey);
  if (api === undefined) throw new UnknownApiError({ apiKey, apiVersion, correlationId });
  if (!includesVersion(api.versions, apiVersion)) throw new UnsupportedVersionError({ api, apiVersion, correlationId });
  try {
    const clientId = reader.nullableString();
    if (apiVersion >= api.flexibleFrom) skipTaggedFields(reader);
    const body = readMessage(reader, api.request.plan(apiVersion));
    return { name: api.name, api, apiVersion, correlationId, clientId, body } as unknown as DecodedRequest;
  } catch (error) {
    throw locate(error, `${api.name}Request(${apiVersion})`);
  }
}
