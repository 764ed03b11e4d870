import { apis, decodeResponse, errorCode, type ResponseOf } from 'kafka-wire';
import type { TransactionVersion, WireRequest } from '../cluster.js';
import { BrokerAnswerError, UnsupportedVersionError, type VersionSpan } from '../cluster.errors.js';
import { schemaRequest } from '../schema-request.js';
import type { RequestChannel } from './request-channel.js';

type ApiVersionsResponse = ResponseOf<typeof apis.ApiVersions>;

const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION');
/** What the broker logs and shows per connection (KIP-511). Our major version: nothing in here can read package.json, and a broker's operator needs no more. */
const CLIENT_SOFTWARE = { clientSoftwareName: 'nestjs-kafka-producer', clientSoftwareVersion: '0' } as const;

/** What one broker speaks. Kept per connection: during a rolling upgrade the brokers of a cluster differ, and one broker differs over time. */
export class ApiVersionTable {
  readonly #offered: (VersionSpan | undefined)[] = [];

  /** Judged by what the cluster has finalized: what a broker merely supports says nothing. */
  readonly transactionVersion: TransactionVersion;

  constructor(
    response: Pick<ApiVersionsResponse, 'apiKeys'> & Partial<Pick<ApiVersionsResponse, 'finalizedFeatures'>>,
  ) {
    const feature = response.finalizedFeatures?.find(({ name }) => name === 'transaction.version');
    this.transactionVersion = (feature?.maxVersionLevel ?? 0) >= 2 ? 2 : 1;
    for (const { apiKey, minVersion, maxVersion } of response.apiKeys) {
      this.#offered[apiKey] = { min: minVersion, max: maxVersion };
    }
  }

  offered(apiKey: number): VersionSpan | undefined {
    return this.#offered[apiKey];
  }

  /** The highest version that the broker, we and the request allow. */
  choose(request: Pick<WireRequest<unknown>, 'api' | 'minVersion' | 'maxVersion'>, broker: string): number {
    const { api } = request;
    const offered = this.#offered[api.key];
    const min = Math.max(api.versions.min, request.minVersion ?? 0);
    const max = Math.min(api.versions.max, request.maxVersion ?? Infinity);
    const chosen = Math.min(max, offered?.max ?? -1);
    if (offered === undefined || chosen < Math.max(min, offered.min)) {
      throw new UnsupportedVersionError({ broker, api: api.name, needed: { min, max }, offered });
    }
    return chosen;
  }
}

/**
 * Asks a new connection what its broker speaks.
 *
 * A broker that does not know our version answers in version 0 with error 35 and the versions it does know (KIP-511); one that names none is asked
 * in version 0.
 */
export async function negotiateApiVersions(
  channel: RequestChannel,
  broker: string,
  timeoutMs: number,
): Promise<ApiVersionTable> {
  const newest = apis.ApiVersions.versions.max;
  let response = await channel.send(apiVersionsRequest(timeoutMs), newest);
  if (response.errorCode === UNSUPPORTED_VERSION) {
    const offered = new ApiVersionTable(response).offered(apis.ApiVersions.key);
    response = await channel.send(apiVersionsRequest(timeoutMs), Math.min(newest, offered?.max ?? 0));
  }
  if (response.errorCode !== 0) {
    throw new BrokerAnswerError({ broker: `broker ${broker}`, request: 'ApiVersions', errorCode: response.errorCode });
  }
  return new ApiVersionTable(response);
}

function apiVersionsRequest(timeoutMs: number): WireRequest<ApiVersionsResponse> {
  return {
    ...schemaRequest(apis.ApiVersions, CLIENT_SOFTWARE, { timeoutMs }),
    decode: (version, frame) => decodeResponse(apis.ApiVersions, isRefusal(frame) ? 0 : version, frame).body,
  };
}

/** Every version of this response starts with the correlation id and the error code, without tags: readable before the version is known. */
function isRefusal(frame: Buffer): boolean {
  return frame.length >= 6 && frame.readInt16BE(4) === UNSUPPORTED_VERSION;
}
