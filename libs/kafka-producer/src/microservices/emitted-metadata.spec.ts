import { expect, it } from 'vitest';

import { emittedMetadata } from './emitted-metadata.js';

it('metadata in kafkajs’ shape name each partition once, with the offset of its first record', () => {
  expect(
    emittedMetadata([
      { topic: 't', partition: 2, offset: '10' },
      { topic: 't', partition: 0, offset: '7' },
      { topic: 't', partition: 2, offset: '11' },
    ]),
  ).toEqual([
    { topicName: 't', partition: 2, errorCode: 0, baseOffset: '10' },
    { topicName: 't', partition: 0, errorCode: 0, baseOffset: '7' },
  ]);
});

it('metadata have no offset where the broker told none', () => {
  const [only] = emittedMetadata([{ topic: 't', partition: 0 }]);
  expect(only).toEqual({ topicName: 't', partition: 0, errorCode: 0 });
  expect(Object.keys(only!)).not.toContain('baseOffset');
});
