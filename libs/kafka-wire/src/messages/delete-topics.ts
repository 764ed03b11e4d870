import { defineApi } from '../schema/api-definition.js';
import { array, int16, int32, string, uuid } from '../schema/field.js';

export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: '4+',
  request: [
    // From version 6 a topic is named by its name or by its id, never both.
    array('topics', '6+', [string('name', '6+', { nullable: '6+', default: null }), uuid('topicId', '6+')]),
    array('topicNames', '0-5', 'string'),
    int32('timeoutMs', '0+'),
  ],
  response: [
    int32('throttleTimeMs', '1+'),
    array('responses', '0+', [
      string('name', '0+', { nullable: '6+' }),
      uuid('topicId', '6+'),
      int16('errorCode', '0+'),
      string('errorMessage', '5+', { nullable: '5+', default: null }),
    ]),
  ],
});
