import { defineApi } from '../schema/api-definition.js';
import { array, bool, int16, int32, int64, string } from '../schema/field.js';

export const describeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '1-5',
  flexible: '2+',
  request: [array('topics', '0+', [string('topic', '0+'), array('partitions', '0+', 'int32')], { nullable: '0+' })],
  response: [
    int32('throttleTimeMs', '0+'),
    int16('errorCode', '3+'),
    array('results', '0+', [
      int16('errorCode', '0+'),
      string('logDir', '0+'),
      array('topics', '0+', [
        string('name', '0+'),
        array('partitions', '0+', [
          int32('partitionIndex', '0+'),
          int64('partitionSize', '0+'),
          int64('offsetLag', '0+'),
          bool('isFutureKey', '0+'),
        ]),
      ]),
      int64('totalBytes', '4+', { default: -1 }),
      int64('usableBytes', '4+', { default: -1 }),
      bool('isCordoned', '5+', { default: false }),
    ]),
  ],
});
