import { apis, errorCode } from 'kafka-wire';
import { defineHandler, type ApiHandler, type RequestContext } from './api-handler.js';

const SOFTWARE_NAME_SINCE_VERSION = 3;
/** What a client may call itself and its version (KIP-511). */
const SOFTWARE_NAME = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i;
const ZERO_IS_A_LEVEL_SINCE_VERSION = 4;

/** Of Apache Kafka 4.3.1, as far as they are here; by the order of its answer. Levels from 0 were an error to clients before version 4. */
const SUPPORTED_FEATURES = [
  { name: 'metadata.version', minVersion: 7, maxVersion: 30 },
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
];
const METADATA_VERSION = { name: 'metadata.version', maxVersionLevel: 30, minVersionLevel: 30 };

/** Lists exactly what the broker serves; nothing else is answered. */
export const apiVersions: ApiHandler = defineHandler({
  api: apis.ApiVersions,
  versions: { min: 0, max: 4 },
  handle: ({ clientSoftwareName, clientSoftwareVersion }, { transactions, apiVersion, servedVersions }) => {
    const isNamed = SOFTWARE_NAME.test(clientSoftwareName) && SOFTWARE_NAME.test(clientSoftwareVersion);
    const isSound = apiVersion < SOFTWARE_NAME_SINCE_VERSION || isNamed;
    return isSound
      ? { apiKeys: servedVersions, ...features(transactions, apiVersion) }
      : { errorCode: errorCode('INVALID_REQUEST') };
  },
  refuse: (_request, code) => ({ errorCode: code }),
});

function features({ version, versionEpoch }: RequestContext['transactions'], apiVersion: number) {
  return {
    supportedFeatures: SUPPORTED_FEATURES.filter(
      ({ minVersion }) => minVersion > 0 || apiVersion >= ZERO_IS_A_LEVEL_SINCE_VERSION,
    ),
    finalizedFeaturesEpoch: versionEpoch,
    finalizedFeatures: [
      { name: 'transaction.version', maxVersionLevel: version, minVersionLevel: version },
      METADATA_VERSION,
    ],
  };
}
