import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, string, uuid } from '../schema/field.js';
import { OPERATIONS_NOT_REQUESTED } from './authorized-operations.js';

export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '4-13',
  flexible: '9+',
  request: [
    // Null asks for all topics.
    array('topics', '0+', [uuid('topicId', '10+'), string('name', '0+', { nullable: '10+' })], { nullable: '1+' }),
    bool('allowAutoTopicCreation', '4+', { default: true }),
    bool('includeClusterAuthorizedOperations', '8-10'),
    bool('includeTopicAuthorizedOperations', '8+'),
  ],
  response: [
    int32('throttleTimeMs', '3+'),
    array('brokers', '0+', [
      int32('nodeId', '0+'),
      string('host', '0+'),
      int32('port', '0+'),
      string('rack', '1+', { nullable: '1+', default: null }),
    ]),
    string('clusterId', '2+', { nullable: '2+', default: null }),
    int32('controllerId', '1+', { default: -1 }),
    array('topics', '0+', [
      int16('errorCode', '0+'),
      string('name', '0+', { nullable: '12+' }),
      uuid('topicId', '10+'),
      bool('isInternal', '1+', { default: false }),
      array('partitions', '0+', [
        int16('errorCode', '0+'),
        int32('partitionIndex', '0+'),
        int32('leaderId', '0+'),
        int32('leaderEpoch', '7+', { default: -1 }),
        array('replicaNodes', '0+', 'int32'),
        array('isrNodes', '0+', 'int32'),
        array('offlineReplicas', '5+', 'int32'),
      ]),
      int32('topicAuthorizedOperations', '8+', { default: OPERATIONS_NOT_REQUESTED }),
    ]),
    int32('clusterAuthorizedOperations', '8-10', { default: OPERATIONS_NOT_REQUESTED }),
    int16('errorCode', '13+'),
  ],
});
