import { describe, expect, it } from 'vitest';

import { mergeMessages, splitMessage } from './partial-message.js';
import { overwriteErrors } from './response-error.js';
import { noTopicNames } from './topic-entries.js';

const request = {
  acks: -1,
  topicData: [
    { name: 'a', partitionData: [{ index: 0 }, { index: 1 }] },
    { name: 'b', partitionData: [{ index: 0 }] },
  ],
};

describe('splitMessage', () => {
  it('cuts one partition out of a request', () => {
    expect(splitMessage(request, { topic: 'a', partition: 0 }, noTopicNames)).toEqual({
      matching: { acks: -1, topicData: [{ name: 'a', partitionData: [{ index: 0 }] }] },
      rest: {
        acks: -1,
        topicData: [
          { name: 'a', partitionData: [{ index: 1 }] },
          { name: 'b', partitionData: [{ index: 0 }] },
        ],
      },
    });
  });

  it('leaves out a half that is about nothing', () => {
    expect(splitMessage(request, { partition: 7 }, noTopicNames)).toEqual({ matching: undefined, rest: request });
    expect(splitMessage({ topics: [{ name: 'a' }] }, { topic: 'a' }, noTopicNames).rest).toBeUndefined();
  });
});

describe('mergeMessages', () => {
  it('brings both halves of a topic together and keeps what is about no topic', () => {
    const served = { throttleTimeMs: 3, responses: [{ name: 'a', partitionResponses: [{ index: 1 }] }] };
    const refused = {
      throttleTimeMs: 0,
      responses: [
        { name: 'a', partitionResponses: [{ index: 0, errorCode: 10 }] },
        { name: 'b', partitionResponses: [{ index: 0, errorCode: 10 }] },
      ],
    };
    expect(mergeMessages(served, refused)).toEqual({
      throttleTimeMs: 3,
      responses: [
        { name: 'a', partitionResponses: [{ index: 1 }, { index: 0, errorCode: 10 }] },
        { name: 'b', partitionResponses: [{ index: 0, errorCode: 10 }] },
      ],
    });
  });
});

describe('overwriteErrors', () => {
  it('hits the partition it is about', () => {
    const response = {
      responses: [{ name: 'a', partitionResponses: [0, 1].map((index) => ({ index, errorCode: 0 })) }],
    };
    overwriteErrors(response, 7, { partition: 1 }, noTopicNames);
    expect(response.responses[0]?.partitionResponses.map(({ errorCode }) => errorCode)).toEqual([0, 7]);
  });

  it('stands at the top of a response that is about no topic', () => {
    const response = { errorCode: 0, producerEpoch: 0 };
    overwriteErrors(response, 15, {}, noTopicNames);
    expect(response).toEqual({ errorCode: 15, producerEpoch: 0 });
  });
});

describe('a transaction that names partitions by number', () => {
  it('is refused in part', () => {
    const names = (partitions: number[]) => ({
      transactions: [],
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowTopics: [{ name: 'a', partitions }],
    });
    expect(splitMessage(names([0, 1]), { topic: 'a', partition: 1 }, noTopicNames)).toEqual({
      matching: names([1]),
      rest: names([0]),
    });
  });

  it('is answered in one', () => {
    const result = (partitionIndex: number, partitionErrorCode: number) => ({ partitionIndex, partitionErrorCode });
    const answer = (resultsByPartition: unknown[]) => ({
      resultsByTransaction: [{ transactionalId: 'tx', topicResults: [{ name: 'a', resultsByPartition }] }],
    });
    const merged = mergeMessages(answer([result(0, 0)]), answer([result(1, 3)]));
    expect(merged).toEqual(answer([result(0, 0), result(1, 3)]));
    overwriteErrors(merged, 51, { partition: 0 }, noTopicNames);
    expect(merged).toEqual(answer([result(0, 51), result(1, 3)]));
  });
});

describe('topics that are named by their ids', () => {
  const names = (topicId: string) => (topicId === 'AAAAAAAAAAAAAAAAAAAAAQ' ? 'a' : topicId);
  const topic = (topicId: string, partitions: number[]) => ({
    topic: '',
    topicId,
    partitions: partitions.map((partition) => ({ partition, errorCode: 0 })),
  });
  const [a, other] = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'];

  it('are told apart by what the cluster calls them', () => {
    const fetch = { topics: [topic(a, [0, 1]), topic(other, [0])] };
    expect(splitMessage(fetch, { topic: 'a', partition: 1 }, names)).toEqual({
      matching: { topics: [topic(a, [1])] },
      rest: { topics: [topic(a, [0]), topic(other, [0])] },
    });
  });

  it('come together in one answer', () => {
    const merged = mergeMessages({ responses: [topic(a, [0]), topic(other, [0])] }, { responses: [topic(a, [1])] });
    expect(merged).toEqual({ responses: [topic(a, [0, 1]), topic(other, [0])] });
    overwriteErrors(merged, 6, { topic: 'a', partition: 0 }, names);
    const [first] = merged['responses'] as ReturnType<typeof topic>[];
    expect(first?.partitions.map(({ errorCode }) => errorCode)).toEqual([6, 0]);
  });
});
