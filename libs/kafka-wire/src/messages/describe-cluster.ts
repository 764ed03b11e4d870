import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, int8, string } from '../schema/field.js';
import { OPERATIONS_NOT_REQUESTED } from './authorized-operations.js';

export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-2',
  flexible: '0+',
  request: [
    bool('includeClusterAuthorizedOperations', '0+'),
    int8('endpointType', '1+', { default: 1 }),
    bool('includeFencedBrokers', '2+'),
  ],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '0+'),
    string('errorMessage', '0+', { nullable: '0+', default: null }),
    int8('endpointType', '1+', { default: 1 }),
    string('clusterId', '0+'),
    int32('controllerId', '0+', { default: -1 }),
    array('brokers', '0+', [
      int32('brokerId', '0+'),
      string('host', '0+'),
      int32('port', '0+'),
      string('rack', '0+', { nullable: '0+', default: null }),
      bool('isFenced', '2+'),
    ]),
    int32('clusterAuthorizedOperations', '0+', { default: OPERATIONS_NOT_REQUESTED }),
  ],
});
