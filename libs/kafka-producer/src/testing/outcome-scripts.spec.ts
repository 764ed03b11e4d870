import { beforeEach, describe, expect, it } from 'vitest';

import { AuthorizationError, UnknownTopicError } from '../errors/cluster-side.errors.js';
import { BatchDeliveryError, DeliveryRejectedError } from '../errors/delivery.errors.js';
import { RecordTooLargeError } from '../errors/record.errors.js';
import { ManualClock } from '../support/spec-support/manual-clock.js';
import { InMemoryProducer } from './in-memory-producer.js';
import { OutcomeScripts } from './outcome-scripts.js';
import type { NextSend, SendOutcome } from './scripted-send.js';

let kafka: InMemoryProducer;
beforeEach(() => {
  kafka = new InMemoryProducer();
});

const send = (value: string, topic = 'orders') => kafka.send({ topic, value });
const texts = (topic = 'orders') => kafka.records.in(topic).map(({ text }) => text);

describe('a scripted outcome', () => {
  it.each<[NextSend, new (...context: never[]) => Error, object, string[]]>([
    [{ outcome: 'fail' }, DeliveryRejectedError, { persisted: 'no', retriable: false }, []],
    [{ outcome: 'unknown' }, DeliveryRejectedError, { persisted: 'possibly' }, ['it']],
    [{ outcome: 'unknown', appended: false }, DeliveryRejectedError, { persisted: 'possibly' }, []],
    [{ outcome: 'too-large' }, RecordTooLargeError, { limit: 'max.message.bytes' }, []],
    [{ outcome: 'unauthorized' }, AuthorizationError, { resource: 'topic', resourceName: 'orders' }, []],
    [{ outcome: 'unknown-topic' }, UnknownTopicError, { topic: 'orders' }, []],
  ])('%j rejects one send with its error, and the next one goes well', async (next, type, context, inLog) => {
    await send('before');
    const scripted = kafka.outcomes.nextSend(next);
    const failure: unknown = await send('it').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject(context);
    await scripted.reached;
    await send('after');
    expect(texts()).toEqual(['before', ...inLog, 'after']);
    expect(kafka.outcomes.pending).toEqual([]);
  });

  it.each<SendOutcome>(['fail', 'unknown-topic'])('%s works for the first send of all', async (outcome) => {
    kafka.outcomes.nextSend({ outcome });
    await expect(send('first')).rejects.toThrow('scripted with nextSend()');
    await expect(send('second')).resolves.toMatchObject({ offset: '0' });
  });

  it("'too-large' fails every record of a batch", async () => {
    await send('before');
    kafka.outcomes.nextSend({ outcome: 'too-large' });
    const failure: unknown = await kafka
      .sendAll(['a', 'b', 'c'].map((value) => ({ topic: 'orders', value })))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BatchDeliveryError);
    const results = (failure as BatchDeliveryError).results.map((result) => 'reason' in result && result.reason);
    expect(results).toEqual(Array(3).fill(expect.any(RecordTooLargeError)));
    await send('after');
    expect(texts()).toEqual(['before', 'after']);
  });

  it('is for the topic it names', async () => {
    kafka.outcomes.nextSend({ topic: 'orders', outcome: 'fail' });
    await send('a', 'audit');
    await expect(send('a')).rejects.toThrow(DeliveryRejectedError);
  });

  it('is for the producer it names', async () => {
    const audit = new InMemoryProducer({ name: 'audit' });
    audit.outcomes.nextSend({ producer: 'default', outcome: 'fail' });
    await audit.send({ topic: 'orders', value: 'a' });
    audit.outcomes.nextSend({ producer: 'audit', outcome: 'fail' });
    await expect(audit.send({ topic: 'orders', value: 'b' })).rejects.toThrow(DeliveryRejectedError);
  });

  it('lasts for as many sends as it says, and is followed by the one scripted next', async () => {
    kafka.outcomes.nextSend({ outcome: 'fail', times: 2 });
    kafka.outcomes.nextSend({ outcome: 'unauthorized' });
    await expect(send('a')).rejects.toThrow(DeliveryRejectedError);
    await expect(send('b')).rejects.toThrow(DeliveryRejectedError);
    await expect(send('c')).rejects.toThrow(AuthorizationError);
    await send('d');
  });

  it('leaves records alone that were batched before', async () => {
    await send('before');
    const batched = await kafka.enqueue({ topic: 'orders', value: 'batched' });
    kafka.outcomes.nextSend({ outcome: 'unknown-topic' });
    await new Promise((endOfTurn) => setImmediate(endOfTurn)); // it would leave now, and has no leader
    await expect(send('it')).rejects.toThrow(UnknownTopicError);
    await expect(batched.acknowledged).resolves.toMatchObject({ offset: '1' });
  });

  it('is forgotten by clear()', async () => {
    kafka.outcomes.nextSend({ outcome: 'fail' });
    expect(kafka.outcomes.pending).toEqual([{ outcome: 'fail' }]);
    kafka.outcomes.clear();
    expect(kafka.outcomes.pending).toEqual([]);
    await send('a');
  });
});

describe("'slow'", () => {
  it('holds a send until it is released', async () => {
    const slow = kafka.outcomes.nextSend({ outcome: 'slow' });
    const sent = send('a');
    await slow.reached;
    expect(kafka.stats()).toMatchObject({ inFlightRequests: 1, bufferedRecords: 1 });
    expect(texts()).toEqual([]);
    slow.release();
    await expect(sent).resolves.toMatchObject({ offset: '0' });
    expect(texts()).toEqual(['a']);
  });

  it('keeps the order of its topic, and holds up no other one', async () => {
    await send('warm');
    const slow = kafka.outcomes.nextSend({ topic: 'orders', outcome: 'slow' });
    const first = send('a');
    await slow.reached;
    const second = send('b');
    await send('x', 'audit');
    expect(texts()).toEqual(['warm']);
    slow.release();
    await Promise.all([first, second]);
    expect(texts()).toEqual(['warm', 'a', 'b']);
  });

  it('holds nothing that comes after its release', async () => {
    kafka.outcomes.nextSend({ outcome: 'slow' }).release();
    await expect(send('a')).resolves.toMatchObject({ offset: '0' });
  });

  it('is let go by clear(), although it is used up', async () => {
    const slow = kafka.outcomes.nextSend({ outcome: 'slow' });
    const sent = send('a');
    await slow.reached;
    kafka.outcomes.clear();
    await expect(sent).resolves.toMatchObject({ offset: '0' });
  });

  it('goes on after afterMs, or earlier when released, and leaves no timer', async () => {
    const clock = new ManualClock();
    const outcomes = new OutcomeScripts(clock);
    outcomes.nextSend({ outcome: 'slow', afterMs: 50, times: 2 });
    const goneOn: string[] = [];
    const hold = (name: string) => {
      const script = outcomes.take('produce', 'default', 'orders')!;
      void script.hold().then(() => goneOn.push(name));
      return script;
    };
    hold('first');
    await clock.advance(49);
    expect(goneOn).toEqual([]);
    await clock.advance(1);
    expect(goneOn).toEqual(['first']);
    hold('second').release();
    await clock.settle();
    expect(goneOn).toEqual(['first', 'second']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('nextSend()', () => {
  it.each([
    [{ outcome: 'fenced', times: 2 }, 'a producer is fenced once, for good'],
    [{ outcome: 'explode' }, "There is no outcome 'explode'. Use one of fail, unknown, slow"],
    [{ outcome: 'fail', times: 0 }, 'times is 0'],
  ])('refuses %j', (next, message) => {
    expect(() => kafka.outcomes.nextSend(next as NextSend)).toThrow(message);
    expect(kafka.outcomes.pending).toEqual([]);
  });
});
