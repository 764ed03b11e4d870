import { apis, type ApiName, type Field, type Fields } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { splitMessage } from './partial-message.js';
import { canSpeakOf } from './request-subjects.js';
import { noTopicNames, topicEntries } from './topic-entries.js';

const names = Object.keys(apis) as ApiName[];
const TOPICS = ['a', 'b'];

/** A request about both topics, and about partitions 0 and 1 of each: made from the table, so that no API is forgotten. */
function sample(fields: Fields, of: { readonly topic?: string; readonly partition?: number } = {}): object {
  return Object.fromEntries(fields.map((field) => [field.name, sampleOf(field, of)]));
}

function sampleOf(field: Field, of: { readonly topic?: string; readonly partition?: number }): unknown {
  const { name, isArray, type, fields } = field;
  if (name === 'topicNames') return TOPICS;
  if (isArray && type !== 'struct') return /^partition(s|Indexes)$/.test(name) ? [0, 1] : [];
  if (isArray && of.topic === undefined && isTopicList(field)) return TOPICS.map((topic) => sample(fields, { topic }));
  if (isArray && /^(partition|assignment)/.test(name))
    return [0, 1].map((partition) => sample(fields, { ...of, partition }));
  if (isArray) return [sample(fields, of)];
  if (name === 'name' || name === 'topic' || name === 'resourceName') return of.topic ?? null;
  if (name === 'resourceType') return 2;
  return /^(index|partition|partitionIndex)$/.test(name) ? of.partition : null;
}

const isTopicList = ({ name, fields }: Field) =>
  fields.some((field) => ['name', 'topic', 'resourceName'].includes(field.name)) && /topic|resource/i.test(name);

const spokenOf = (message: unknown) =>
  Array.from(topicEntries(message, noTopicNames), ({ topic, partition }) => `${topic}-${partition ?? 'all'}`).filter(
    (one) => !one.endsWith('all'),
  );

describe('a request in two', () => {
  it.each(names.filter((name) => canSpeakOf(name, 'partition')))('%s is split by partition', (name) => {
    const request = sample(apis[name].request.fields);
    const { matching, rest } = splitMessage(
      request as Record<string, unknown>,
      { topic: 'b', partition: 1 },
      noTopicNames,
    );
    expect(new Set(spokenOf(matching))).toEqual(new Set(['b-1']));
    expect(new Set(spokenOf(rest))).toEqual(new Set(['a-0', 'a-1', 'b-0']));
  });

  it.each(names.filter((name) => canSpeakOf(name, 'topic')))('%s is split by topic', (name) => {
    const request = sample(apis[name].request.fields);
    const { matching, rest } = splitMessage(request as Record<string, unknown>, { topic: 'b' }, noTopicNames);
    const topics = (message: unknown) => new Set(Array.from(topicEntries(message, noTopicNames), ({ topic }) => topic));
    expect([topics(matching), topics(rest)]).toEqual([new Set(['b']), new Set(['a'])]);
  });

  it('the APIs that speak of topics are these', () => {
    expect(names.filter((name) => canSpeakOf(name, 'topic')).toSorted()).toMatchInlineSnapshot(`
      [
        "AddPartitionsToTxn",
        "AlterConfigs",
        "AlterPartitionReassignments",
        "CreatePartitions",
        "CreateTopics",
        "DeleteRecords",
        "DeleteTopics",
        "DescribeConfigs",
        "DescribeLogDirs",
        "DescribeProducers",
        "ElectLeaders",
        "Fetch",
        "IncrementalAlterConfigs",
        "ListOffsets",
        "ListPartitionReassignments",
        "Metadata",
        "OffsetCommit",
        "OffsetDelete",
        "OffsetFetch",
        "OffsetForLeaderEpoch",
        "Produce",
        "TxnOffsetCommit",
      ]
    `);
    expect(names.filter((name) => canSpeakOf(name, 'partition')).toSorted()).toMatchInlineSnapshot(`
      [
        "AddPartitionsToTxn",
        "AlterPartitionReassignments",
        "CreateTopics",
        "DeleteRecords",
        "DescribeLogDirs",
        "DescribeProducers",
        "ElectLeaders",
        "Fetch",
        "ListOffsets",
        "ListPartitionReassignments",
        "OffsetCommit",
        "OffsetDelete",
        "OffsetFetch",
        "OffsetForLeaderEpoch",
        "Produce",
        "TxnOffsetCommit",
      ]
    `);
  });
});
