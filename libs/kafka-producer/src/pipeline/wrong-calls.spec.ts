import { describe, expect, it } from 'vitest';

import { InvalidRecordError } from '../errors/record.errors.js';
import { defineTopic } from '../topics/define-topic.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

const record = { topic: 't', value: 'v' };
const { signal } = new AbortController();
const contract = defineTopic('t', { key: null });

/** What a program without types may do. */
type Calls = Record<'send' | 'sendAll' | 'enqueue', (...args: unknown[]) => Promise<unknown>>;

describe('a call with something else than records', () => {
  it.each<[string, (calls: Calls) => Promise<unknown>, string]>([
    ['send(undefined)', (calls) => calls.send(undefined), 'it is undefined, not an object with topic and value'],
    ['send(null, signal)', (calls) => calls.send(null, signal), 'it is null, not an object with topic and value'],
    ['enqueue(undefined)', (calls) => calls.enqueue(undefined), 'it is undefined, not an object'],
    ['send(contract)', (calls) => calls.send(contract), 'Call the contract with a payload'],
    ['send(contract, signal)', (calls) => calls.send(contract, signal), 'Call the contract with a payload'],
    ['sendAll(undefined)', (calls) => calls.sendAll(undefined), 'sendAll() was given undefined, not an array'],
    ['sendAll(record)', (calls) => calls.sendAll(record), 'for one record there is send()'],
    ['sendAll(new Set())', (calls) => calls.sendAll(new Set([record])), 'Pass Array.from(records).'],
    ['sendAll([contract])', (calls) => calls.sendAll([record, contract]), 'Call the contract with a payload'],
    ['sendAll([,])', (calls) => calls.sendAll(Array.from({ length: 1 })), 'it is undefined, not an object'],
    ['a signal that is an object', (calls) => calls.send(record, {}), 'is an object, not an AbortSignal'],
    ['a signal that is text', (calls) => calls.send(record, 'now'), 'is a string, not an AbortSignal'],
    ['a controller', (calls) => calls.send(record, new AbortController()), 'Pass controller.signal.'],
  ])('is refused with what to do: %s', async (_title, call, message) => {
    const { pipeline, cluster, clock } = testPipeline();
    const called = track(call(pipeline as unknown as Calls));
    await clock.settle();
    expect(called.error).toBeInstanceOf(InvalidRecordError);
    expect((called.error as Error).message).toContain(message);
    expect(cluster.received).toHaveLength(0);
  });

  it('takes null for no signal', async () => {
    const { pipeline, cluster, clock } = testPipeline();
    track((pipeline as unknown as Calls).send(record, null));
    await clock.settle();
    expect(cluster.received).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'resolveTopic returned undefined, not a string'],
    ['a promise', Promise.resolve('t'), 'resolveTopic returned an instance of Promise, not a string'],
    ['no legal name', 'my topic', "'my topic' is no legal topic name"],
  ])('is refused when resolveTopic returns %s', async (_title, name, message) => {
    const { pipeline } = testPipeline({ resolveTopic: () => name as string });
    await expect(pipeline.send(record)).rejects.toThrow(message);
    expect(() => pipeline.topicName('t')).toThrow(InvalidRecordError);
  });

  it.each([[undefined], [5], [contract], ['my topic']])('names no topic for %s', (name) => {
    const { pipeline } = testPipeline();
    expect(() => pipeline.topicName(name as string)).toThrow(InvalidRecordError);
  });
});
