import { apis, errorCode, type ResponseInput } from 'kafka-wire';
import { defineHandler, type ApiHandler } from './api-handler.js';

type ServedVersions = NonNullable<ResponseInput<typeof apis.ApiVersions>['apiKeys']>;

const SOFTWARE_NAME_SINCE_VERSION = 3;
/** What a client may call itself and its version (KIP-511). */
const SOFTWARE_NAME = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i;
const VERSIONS = { min: 0, max: 4 };

/** Lists exactly what is served; nothing else is answered. */
export function createApiVersions(others: readonly ApiHandler[]): ApiHandler {
  const served: ServedVersions = [
    ...others.map(({ api, versions, advertisedMin }) => ({
      apiKey: api.key,
      minVersion: advertisedMin ?? versions.min,
      maxVersion: versions.max,
    })),
    { apiKey: apis.ApiVersions.key, minVersion: VERSIONS.min, maxVersion: VERSIONS.max },
  ].toSorted((one, other) => one.apiKey - other.apiKey);
  return defineHandler({
    api: apis.ApiVersions,
    versions: VERSIONS,
    handle: ({ clientSoftwareName, clientSoftwareVersion }, { apiVersion }) => {
      const isNamed = SOFTWARE_NAME.test(clientSoftwareName) && SOFTWARE_NAME.test(clientSoftwareVersion);
      const isSound = apiVersion < SOFTWARE_NAME_SINCE_VERSION || isNamed;
      return isSound ? { apiKeys: served } : { errorCode: errorCode('INVALID_REQUEST') };
    },
    refuse: (_request, code) => ({ errorCode: code }),
  });
}

/** What a client of the future gets: version 0, error 35, and the versions it may ask in (KIP-511). */
export const unsupportedApiVersions: ResponseInput<typeof apis.ApiVersions> = {
  errorCode: errorCode('UNSUPPORTED_VERSION'),
  apiKeys: [{ apiKey: apis.ApiVersions.key, minVersion: VERSIONS.min, maxVersion: VERSIONS.max }],
};
