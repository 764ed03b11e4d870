import { describe, expect, it } from 'vitest';

import { testPipeline, track } from '../pipeline/spec-support/test-pipeline.js';
import { InMemoryProducer } from '../testing/in-memory-producer.js';
import { defineTopic } from './define-topic.js';
import type { StandardSchema } from './standard-schema.js';
import { failureOf } from './spec-support/failure-of.js';

/** Accepts strings that are no 'bad …', once it is told to go on. */
function slowSchema(): { schema: StandardSchema<string, string>; goOn: () => void; calls: () => number } {
  let calls = 0;
  let goOn = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const validate = async (value: unknown) => {
    calls++;
    await waiting;
    const text = String(value);
    return text.startsWith('bad') ? { issues: [{ message: 'is bad' }] } : { value: text.toUpperCase() };
  };
  return { schema: { '~standard': { version: 1, vendor: 'test', validate } }, goOn, calls: () => calls };
}

describe('an asynchronous schema', () => {
  it('is asked by send(), not by the contract, and the records of the topic keep their order', async () => {
    const { schema: payload, goOn, calls } = slowSchema();
    const slow = defineTopic('t', { payload, key: (text) => text });
    const kafka = new InMemoryProducer();
    const record = slow('first');
    expect(calls()).toBe(0);
    const sent = [kafka.send(record), kafka.send({ topic: 't', value: 'second' })];
    expect(calls()).toBe(1);
    goOn();
    await Promise.all(sent);
    expect(kafka.records.all().map(({ text, keyText }) => [text, keyText])).toEqual([
      ['FIRST', 'FIRST'],
      ['second', null],
    ]);
  });

  it('leaves the default headers as they were when the record was sent', async () => {
    const { schema: payload, goOn } = slowSchema();
    const shared = { trace: 'first' };
    const kafka = new InMemoryProducer({ defaultHeaders: () => shared });
    const sent = kafka.send(defineTopic('t', { payload, key: null })('x'));
    shared.trace = 'second';
    await (goOn(), sent);
    expect(kafka.records.all()[0]?.headers).toEqual({ trace: 'first' });
  });

  it('may be followed by an asynchronous serializer', async () => {
    const { schema: payload, goOn } = slowSchema();
    const serializer = { serialize: async (text: string) => `<${text}>` };
    const kafka = new InMemoryProducer();
    goOn();
    await kafka.send(defineTopic('t', { payload, key: null, serializer })('x'));
    expect(kafka.records.all()[0]?.text).toBe('<X>');
  });

  it('that takes longer than maxBlockMs fails its record, and says that it was the validation', async () => {
    const { schema: payload } = slowSchema();
    const { pipeline, clock } = testPipeline({ maxBlockMs: 5_000 });
    const slow = defineTopic('t', { payload, key: null });
    const sent = [
      pipeline.send(slow('x')),
      pipeline.send({ topic: 't', value: 'behind' }),
      pipeline.sendAll([slow('y')]),
    ];
    const outcomes = sent.map((promise) => track<unknown>(promise));
    await clock.advance(5_000);
    expect(outcomes.map(({ error }) => (error as Error).message)).toEqual(
      ['its validation', 'the validation of a record before it', 'its validation'].map(
        (whose) =>
          `The value of a record for topic 't' cannot be serialised: ${whose} did not finish within maxBlockMs (5000 ms). ` +
          'Nothing was sent: find out why it takes so long, or raise producer.maxBlockMs.',
      ),
    );
  });

  it('lets nothing of a sendAll() through when one payload is wrong', async () => {
    const { schema: payload, goOn } = slowSchema();
    const slow = defineTopic('t', { payload, key: null });
    const kafka = new InMemoryProducer();
    goOn();
    const sent = kafka.sendAll(['good', 'bad', 'good'].map((text) => slow(text)));
    expect((await failureOf(sent)).problems).toEqual([{ path: '', message: 'is bad' }]);
    expect(kafka.records.all()).toEqual([]);
  });

  it('fails enqueue(), since a record that is not valid gets no place in the buffer', async () => {
    const { schema: payload, goOn } = slowSchema();
    goOn();
    const enqueued = new InMemoryProducer().enqueue(defineTopic('t', { payload, key: null })('bad'));
    expect((await failureOf(enqueued)).topic).toBe('t');
  });
});
