import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, int8, string, uuid } from '../schema/field.js';

export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: '5+',
  request: [
    array('topics', '0+', [
      string('name', '0+'),
      // -1 takes the broker's default (from version 4), and stands where assignments are given.
      int32('numPartitions', '0+'),
      int16('replicationFactor', '0+'),
      array('assignments', '0+', [int32('partitionIndex', '0+'), array('brokerIds', '0+', 'int32')]),
      array('configs', '0+', [string('name', '0+'), string('value', '0+', { nullable: '0+' })]),
    ]),
    int32('timeoutMs', '0+', { default: 60000 }),
    bool('validateOnly', '1+', { default: false }),
  ],
  response: [
    int32('throttleTimeMs', '2+'),
    array('topics', '0+', [
      string('name', '0+'),
      uuid('topicId', '7+'),
      int16('errorCode', '0+'),
      string('errorMessage', '1+', { nullable: '0+' }),
      int16('topicConfigErrorCode', '5+', { tagged: '5+', tag: 0 }),
      int32('numPartitions', '5+', { default: -1 }),
      int16('replicationFactor', '5+', { default: -1 }),
      array(
        'configs',
        '5+',
        [
          string('name', '5+'),
          string('value', '5+', { nullable: '5+' }),
          bool('readOnly', '5+'),
          int8('configSource', '5+', { default: -1 }),
          bool('isSensitive', '5+'),
        ],
        { nullable: '5+' },
      ),
    ]),
  ],
});
