import { describe, expect, it } from 'vitest';

import { DeliveryRejectedError } from '../errors/delivery.errors.js';
import type { ProducerRecord } from '../record/producer-record.js';
import type { RecordMetadata } from '../record/record-metadata.js';
import { defineTopic } from '../topics/define-topic.js';
import { Interceptors } from './interceptors.js';
import { InterceptedPipeline } from './intercepted-pipeline.js';
import type { ProducerInterceptor } from './producer-interceptor.js';
import { testPipeline, track } from './spec-support/test-pipeline.js';

/** Writes down what it sees. */
class Recorder implements ProducerInterceptor {
  readonly sent: ProducerRecord[] = [];
  readonly outcomes: { metadata: RecordMetadata; error: unknown }[] = [];

  onSend(record: ProducerRecord): ProducerRecord {
    this.sent.push(record);
    return record;
  }

  onAcknowledgement(metadata: RecordMetadata, error: unknown): void {
    this.outcomes.push({ metadata, error });
  }
}

class Failing implements ProducerInterceptor {
  onSend(record: ProducerRecord): ProducerRecord {
    if (record.value === 'bad') throw new Error('no trace');
    return record;
  }
}

/** What a pipeline with these interceptors was given in the end. */
function intercepted(...interceptors: ProducerInterceptor[]) {
  const test = testPipeline();
  const given: ProducerRecord[] = [];
  const broken: [string, unknown][] = [];
  const { pipeline } = test;
  const intake = {
    send: (record: ProducerRecord, signal?: AbortSignal) => (given.push(record), pipeline.send(record, signal)),
    enqueue: (record: ProducerRecord) => (given.push(record), pipeline.enqueue(record)),
    sendAll: (records: readonly ProducerRecord[]) => (given.push(...Array.from(records)), pipeline.sendAll(records)),
  };
  const chain = new Interceptors(interceptors, (name, error) => void broken.push([name, error]));
  return { ...test, given, broken, intake: new InterceptedPipeline(intake, () => chain) };
}

const record = Object.freeze({ topic: 't', value: 'x', headers: Object.freeze({ own: '1' }) });

describe('onSend', () => {
  it('sees the fields of a record that is an instance with getters', async () => {
    class Made {
      get topic(): string {
        return 't';
      }
      get value(): string {
        return 'x';
      }
    }
    const recorder = new Recorder();
    const { intake, given } = intercepted(recorder);
    track(intake.send(new Made()));
    expect(recorder.sent).toEqual([{ topic: 't', value: 'x' }]);
    expect(given).toEqual([{ topic: 't', value: 'x' }]);
  });

  it('may make a record for another topic, which has nothing of the first contract', async () => {
    const serializer = { serialize: () => 'by the first' };
    const first = defineTopic<string>('first', { key: null, serializer });
    const second = defineTopic<string>('t', { key: null });
    const wrapping: ProducerInterceptor = { onSend: (seen) => second(`wrapped ${String(seen.value)}`) };
    const { intake, given } = intercepted(wrapping);
    track(intake.send(first('x')));
    expect(given).toEqual([second('wrapped x')]);
    expect(Object.getOwnPropertySymbols(given[0]!)).toEqual([]);
  });

  it('may change the record it is given, which is not the caller’s, or return another one', async () => {
    const changing: ProducerInterceptor = {
      onSend: (seen) => {
        seen.headers = { ...seen.headers, first: '1' };
        Object.assign(seen.headers, { added: '1' });
        seen.partition = 0;
        return seen;
      },
    };
    const replacing: ProducerInterceptor = {
      onSend: (seen) => ({ ...seen, headers: { ...seen.headers, second: '2' } }),
    };
    const { intake, given, clock, cluster } = intercepted(changing, {}, replacing);
    const sent = track(intake.send(record));
    expect(given).toEqual([{ ...record, partition: 0, headers: { own: '1', first: '1', added: '1', second: '2' } }]);
    expect(record).toEqual({ topic: 't', value: 'x', headers: { own: '1' } });
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(sent.value).toMatchObject({ offset: '0' });
  });

  it('may add to headers in place, without adding to the caller’s', async () => {
    const headers = { own: '1' };
    const { intake, given } = intercepted({ onSend: (seen) => (Object.assign(seen.headers!, { trace: 't' }), seen) });
    void intake.send({ topic: 't', value: 'x', headers });
    expect([given[0]?.headers, headers]).toEqual([{ own: '1', trace: 't' }, { own: '1' }]);
  });

  it('does not lose what a contract has to say, also with a record made from scratch', async () => {
    const contract = defineTopic<string>('t', { key: null, serializer: { serialize: (text) => `<${text}>` } });
    const { intake, given } = intercepted({ onSend: ({ topic, value }) => ({ topic, value }) });
    const made = contract('x');
    void intake.send(made);
    expect(Object.getOwnPropertySymbols(given[0])).toEqual(Object.getOwnPropertySymbols(made));
    expect(Object.getOwnPropertySymbols(made)).toHaveLength(1);
  });

  it.each<[string, ProducerInterceptor, string]>([
    ['throws', new Failing(), 'the interceptor Failing threw in onSend(): Error: no trace. Correct Failing; only'],
    ['returns nothing', { onSend: () => undefined as never }, 'onSend() of Object returned undefined, not a record'],
    [
      'is asynchronous',
      { onSend: (() => Promise.reject(new Error('late'))) as never },
      'onSend() of Object returned a promise: it has to be synchronous',
    ],
  ])('rejects its record when it %s, and tells those before it', async (_title, failing, message) => {
    const before = new Recorder();
    const { intake, given } = intercepted(before, failing);
    const call = (): Promise<unknown>[] => [
      intake.send({ topic: 't', value: 'bad' }),
      intake.enqueue({ topic: 't', value: 'bad' }),
    ];
    for (const sent of call()) {
      const refused = { name: 'InvalidRecordError', message: expect.stringContaining(message) as string };
      await expect(sent).rejects.toMatchObject(refused);
    }
    expect(given).toEqual([]);
    expect(before.outcomes).toMatchObject([{ metadata: { topic: 't', partition: -1 } }, { error: { topic: 't' } }]);
  });

  it('that fails for one record of a sendAll lets nothing through, and every record that was seen is told of', async () => {
    const recorder = new Recorder();
    const { intake, given } = intercepted(recorder, new Failing());
    const records = ['a', 'bad', 'c'].map((value) => ({ topic: 't', value }));
    await expect(intake.sendAll(records)).rejects.toMatchObject({ name: 'InvalidRecordError' });
    expect(given).toEqual([]);
    expect(recorder.sent.map(({ value }) => value)).toEqual(['a', 'bad']);
    expect(recorder.outcomes).toHaveLength(2);
  });

  it('is not asked about what is no record', async () => {
    const recorder = new Recorder();
    const { intake } = intercepted(recorder);
    for (const sent of [intake.send(null as never), intake.sendAll([5] as never), intake.sendAll(new Set() as never)]) {
      await expect(sent).rejects.toMatchObject({ name: 'InvalidRecordError' });
    }
    expect([recorder.sent, recorder.outcomes]).toEqual([[], []]);
  });
});

describe('onAcknowledgement', () => {
  it('is told of every record once, whichever way it was sent', async () => {
    const recorder = new Recorder();
    const { intake, clock, cluster } = intercepted(recorder);
    void intake.send({ topic: 't', value: 'a' });
    const delivery = track(intake.enqueue({ topic: 't', value: 'b' }));
    void intake.sendAll(['c', 'd'].map((value) => ({ topic: 't', value })));
    await clock.settle();
    expect([recorder.outcomes, delivery.state]).toEqual([[], 'resolved']);
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    const offsets = recorder.outcomes.map(({ metadata, error }) => [metadata.offset, error]);
    expect(Object.fromEntries(offsets)).toEqual({ 0: undefined, 1: undefined, 2: undefined, 3: undefined });
    expect(offsets).toHaveLength(4);
    await expect(delivery.value?.acknowledged).resolves.toMatchObject({ offset: '1' });
  });

  it('is told of failures, with topic and partition, before the sender is', async () => {
    const recorder = new Recorder();
    const { intake, clock, cluster } = intercepted(recorder);
    const sent = track(intake.send({ topic: 't', value: 'a' }));
    const all = track(intake.sendAll([{ topic: 't', value: 'b' }]));
    const delivery = track(intake.enqueue({ topic: 't', value: 'c' }));
    await clock.settle();
    cluster.takeOne().refuse(87);
    await clock.settle();
    expect([sent.state, all.state, delivery.state]).toEqual(['rejected', 'rejected', 'resolved']);
    expect(recorder.outcomes.map(({ metadata }) => metadata)).toEqual(
      Array.from({ length: 3 }, () => ({ topic: 't', partition: 0 })),
    );
    for (const { error } of recorder.outcomes) expect(error).toBeInstanceOf(DeliveryRejectedError);
  });

  it('changes nothing when it throws or rejects, and is complained about once', async () => {
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    class Throwing implements ProducerInterceptor {
      onAcknowledgement(): void {
        throw thrown;
      }
    }
    class Rejecting implements ProducerInterceptor {
      onAcknowledgement(): void {
        return Promise.reject(rejected) as never;
      }
    }
    const recorder = new Recorder();
    const { intake, clock, cluster, broken } = intercepted(new Throwing(), new Rejecting(), recorder);
    const all = track(intake.sendAll(['a', 'b'].map((value) => ({ topic: 't', value }))));
    const delivery = track(intake.enqueue({ topic: 't', value: 'c' }));
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect([all.state, recorder.outcomes.length]).toEqual(['resolved', 3]);
    await expect(delivery.value?.acknowledged).resolves.toMatchObject({ offset: '2' });
    expect(broken).toEqual([
      ['Throwing', thrown],
      ['Rejecting', rejected],
    ]);
  });
});
