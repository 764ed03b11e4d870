import { ByteReader } from '../primitives/byte-reader.js';
import { ByteWriter } from '../primitives/byte-writer.js';
import { locate, WireError } from '../primitives/wire-error.js';
import { apiVersions } from '../messages/api-versions.js';
import type { ApiDefinition, ResponseInput, ResponseOf } from '../schema/api-definition.js';
import { readMessage } from '../schema/message-reader.js';
import { writeMessage } from '../schema/message-writer.js';
import { UnsupportedVersionError } from './protocol-errors.js';
import { skipTaggedFields } from './tagged-fields.js';
import { includesVersion } from '../schema/version-range.js';

export interface DecodedResponse<A extends ApiDefinition> {
  readonly correlationId: number;
  readonly body: ResponseOf<A>;
}

/** A whole frame: size, header, body. */
export function encodeResponse<A extends ApiDefinition>(
  api: A,
  version: number,
  correlationId: number,
  input: ResponseInput<A>,
): Buffer {
  requireVersion(api, version);
  const writer = new ByteWriter();
  writer.int32(0);
  writer.int32(correlationId);
  if (hasTaggedHeader(api, version)) writer.unsignedVarint(0);
  try {
    writeMessage(writer, api.response.plan(version), input);
  } catch (error) {
    throw locate(error, `${api.name}Response(${version})`);
  }
  writer.patchInt32(0, writer.size - 4);
  return writer.build();
}

/**
 * Takes a frame without its size apart. `version` is the one the request was sent in: a response does not carry it.
 *
 * @throws WireError also for bytes left over, which betray a response to something else
 */
export function decodeResponse<A extends ApiDefinition>(api: A, version: number, frame: Buffer): DecodedResponse<A> {
  requireVersion(api, version);
  const reader = new ByteReader(frame);
  try {
    const correlationId = reader.int32();
    if (hasTaggedHeader(api, version)) skipTaggedFields(reader);
    const body = readMessage(reader, api.response.plan(version)) as ResponseOf<A>;
    if (reader.remaining === 0) return { correlationId, body };
    throw new WireError({ reason: `${reader.remaining} bytes left over`, position: reader.position });
  } catch (error) {
    throw locate(error, `${api.name}Response(${version})`);
  }
}

/** The correlation id of a response frame without its size: what finds the request it answers. */
export function peekCorrelationId(frame: Buffer): number {
  return new ByteReader(frame).int32();
}

/** ApiVersions never has it: its response must be readable by a client that does not know yet what the broker speaks (KIP-511). */
function hasTaggedHeader(api: ApiDefinition, version: number): boolean {
  return version >= api.flexibleFrom && api.key !== apiVersions.key;
}

function requireVersion(api: ApiDefinition, version: number): void {
  if (!includesVersion(api.versions, version)) throw new UnsupportedVersionError({ api, apiVersion: version });
}
