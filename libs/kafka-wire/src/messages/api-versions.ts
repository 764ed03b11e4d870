import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, int64, string } from '../schema/field.js';

export const apiVersions = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: '3+',
  request: [string('clientSoftwareName', '3+'), string('clientSoftwareVersion', '3+')],
  response: [
    int16('errorCode', '0+'),
    array('apiKeys', '0+', [int16('apiKey', '0+'), int16('minVersion', '0+'), int16('maxVersion', '0+')]),
    int32('throttleTimeMs', '1+'),
    array('supportedFeatures', '3+', [string('name', '3+'), int16('minVersion', '3+'), int16('maxVersion', '3+')], {
      tagged: '3+',
      tag: 0,
    }),
    int64('finalizedFeaturesEpoch', '3+', { tagged: '3+', tag: 1, default: -1 }),
    array(
      'finalizedFeatures',
      '3+',
      [string('name', '3+'), int16('maxVersionLevel', '3+'), int16('minVersionLevel', '3+')],
      { tagged: '3+', tag: 2 },
    ),
    bool('zkMigrationReady', '3+', { tagged: '3+', tag: 3, default: false }),
  ],
});
