import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, int8, opaque, records, string, struct, uuid } from '../schema/field.js';

export const fetch = defineApi({
  key: 1,
  name: 'Fetch',
  versions: '4-17',
  flexible: '12+',
  request: [
    string('clusterId', '12+', { nullable: '12+', tagged: '12+', tag: 0, default: null }),
    int32('replicaId', '0-14', { default: -1 }),
    struct(
      'replicaState',
      '15+',
      [int32('replicaId', '15+', { default: -1 }), int64('replicaEpoch', '15+', { default: -1 })],
      { tagged: '15+', tag: 1 },
    ),
    int32('maxWaitMs', '0+'),
    int32('minBytes', '0+'),
    int32('maxBytes', '3+', { default: 0x7fff_ffff }),
    // 0 read_uncommitted, 1 read_committed.
    int8('isolationLevel', '4+', { default: 0 }),
    int32('sessionId', '7+', { default: 0 }),
    int32('sessionEpoch', '7+', { default: -1 }),
    array('topics', '0+', [
      string('topic', '0-12'),
      uuid('topicId', '13+'),
      array('partitions', '0+', [
        int32('partition', '0+'),
        int32('currentLeaderEpoch', '9+', { default: -1 }),
        int64('fetchOffset', '0+'),
        int32('lastFetchedEpoch', '12+', { default: -1 }),
        int64('logStartOffset', '5+', { default: -1 }),
        int32('partitionMaxBytes', '0+'),
        uuid('replicaDirectoryId', '17+', { tagged: '17+', tag: 0 }),
      ]),
    ]),
    array('forgottenTopicsData', '7+', [
      string('topic', '7-12'),
      uuid('topicId', '13+'),
      array('partitions', '7+', 'int32'),
    ]),
    string('rackId', '11+', { default: '' }),
  ],
  response: [
    int32('throttleTimeMs', '1+'),
    int16('errorCode', '7+'),
    int32('sessionId', '7+', { default: 0 }),
    array('responses', '0+', [
      string('topic', '0-12'),
      uuid('topicId', '13+'),
      array('partitions', '0+', [
        int32('partitionIndex', '0+'),
        int16('errorCode', '0+'),
        int64('highWatermark', '0+'),
        int64('lastStableOffset', '4+', { default: -1 }),
        int64('logStartOffset', '5+', { default: -1 }),
        struct(
          'divergingEpoch',
          '12+',
          [int32('epoch', '12+', { default: -1 }), int64('endOffset', '12+', { default: -1 })],
          { tagged: '12+', tag: 0 },
        ),
        struct(
          'currentLeader',
          '12+',
          [int32('leaderId', '12+', { default: -1 }), int32('leaderEpoch', '12+', { default: -1 })],
          { tagged: '12+', tag: 1 },
        ),
        struct(
          'snapshotId',
          '12+',
          [int64('endOffset', '0+', { default: -1 }), int32('epoch', '0+', { default: -1 })],
          { tagged: '12+', tag: 2 },
        ),
        // Null for read_uncommitted.
        array('abortedTransactions', '4+', [opaque('producerId', '4+'), int64('firstOffset', '4+')], {
          nullable: '4+',
        }),
        int32('preferredReadReplica', '11+', { default: -1 }),
        records('records', '0+', { nullable: '0+' }),
      ]),
    ]),
    array(
      'nodeEndpoints',
      '16+',
      [
        int32('nodeId', '16+'),
        string('host', '16+'),
        int32('port', '16+'),
        string('rack', '16+', { nullable: '16+', default: null }),
      ],
      { tagged: '16+', tag: 0 },
    ),
  ],
});
