import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, int64, records, string, struct, uuid } from '../schema/field.js';

export const produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  flexible: '9+',
  request: [
    string('transactionalId', '3+', { nullable: '3+', default: null }),
    // 0, 1, or -1 for all in-sync replicas; 0 is never answered.
    int16('acks', '0+'),
    int32('timeoutMs', '0+'),
    array('topicData', '0+', [
      string('name', '0-12'),
      uuid('topicId', '13+'),
      array('partitionData', '0+', [int32('index', '0+'), records('records', '0+', { nullable: '0+' })]),
    ]),
  ],
  response: [
    array('responses', '0+', [
      string('name', '0-12'),
      uuid('topicId', '13+'),
      array('partitionResponses', '0+', [
        int32('index', '0+'),
        int16('errorCode', '0+'),
        int64('baseOffset', '0+'),
        int64('logAppendTimeMs', '2+', { default: -1 }),
        int64('logStartOffset', '5+', { default: -1 }),
        array('recordErrors', '8+', [
          int32('batchIndex', '8+'),
          string('batchIndexErrorMessage', '8+', { nullable: '8+', default: null }),
        ]),
        string('errorMessage', '8+', { nullable: '8+', default: null }),
        // KIP-951: where the leader is now, sent with NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH.
        struct(
          'currentLeader',
          '10+',
          [int32('leaderId', '10+', { default: -1 }), int32('leaderEpoch', '10+', { default: -1 })],
          {
            tagged: '10+',
            tag: 0,
          },
        ),
      ]),
    ]),
    int32('throttleTimeMs', '1+', { default: 0 }),
    array(
      'nodeEndpoints',
      '10+',
      [
        int32('nodeId', '10+'),
        string('host', '10+'),
        int32('port', '10+'),
        string('rack', '10+', { nullable: '10+', default: null }),
      ],
      { tagged: '10+', tag: 0 },
    ),
  ],
});
