import { describe, expect, it } from 'vitest';

import { AuthenticationError, UnknownTopicError } from '../errors/cluster-side.errors.js';
import {
  sendAlone,
  testPipeline,
  track,
  warmPipeline,
  type TestPipeline,
} from '../pipeline/spec-support/test-pipeline.js';

const UNKNOWN_TOPIC_OR_PARTITION = 3;

/** Topic `two` with a partition on node 1, which answers, and one on node 2, which refuses our credentials. */
function halfAuthenticated(): TestPipeline & { refused: AuthenticationError; send: (partition: number) => Send } {
  const test = testPipeline();
  test.cluster.addTopic('two', [1, 2]);
  test.cluster.unreachable.add(2);
  const refused = new AuthenticationError({ mechanism: 'PLAIN', broker: 'node 2' });
  test.cluster.onConnect = () => Promise.reject(refused);
  const send = (partition: number): Send => track(test.pipeline.send({ topic: 'two', partition, value: 'v' }));
  return { ...test, refused, send };
}

type Send = ReturnType<typeof track>;

describe('a broker that refuses our credentials', () => {
  it('costs the records it leads, and none that another broker leads', async () => {
    const { send, cluster, clock, refused } = halfAuthenticated();
    const first = send(0);
    await clock.settle();
    const behind = send(0); // waits for the first one: nothing of it was sent
    const elsewhere = send(1);
    await clock.settle();
    expect([elsewhere.error, behind.state]).toEqual([refused, 'pending']);
    for (const sent of [first, behind]) {
      cluster.takeOne().acknowledge(0);
      await clock.settle();
      expect(sent.state).toBe('resolved');
    }
  });

  it('costs also what came for it while it was being connected', async () => {
    const { send, pipeline, cluster, clock, refused } = halfAuthenticated();
    let refuse: () => void = () => {};
    cluster.onConnect = () => new Promise((_, reject) => (refuse = () => reject(refused)));
    const early = send(1);
    await clock.settle();
    cluster.addTopic('other', [2]);
    const late = track(pipeline.send({ topic: 'other', value: 'v' }));
    await clock.settle();
    refuse();
    await clock.settle();
    expect([early.error, late.error]).toEqual([refused, refused]);
  });
});

describe('a topic that is found to be gone', () => {
  const gone = new UnknownTopicError({ topic: 't' });

  function deleteTopic({ cluster }: TestPipeline): void {
    cluster.topics.delete('t');
    cluster.refusals.set('t', gone);
  }

  it('ends its records at once when they are certainly not in its log, sent before or not', async () => {
    const test = await warmPipeline();
    const refused = await sendAlone(test, 'refused');
    const waiting = await sendAlone(test, 'lingers behind');
    const [first, second] = test.cluster.take();
    first!.refuse(UNKNOWN_TOPIC_OR_PARTITION);
    second!.refuse(UNKNOWN_TOPIC_OR_PARTITION);
    deleteTopic(test);
    await test.clock.advance(1_000);
    expect([refused.error, waiting.error]).toEqual([gone, gone]);
    expect(test.pipeline.stats()).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0, failedRecords: 2 });
    expect(test.clock.pendingTimers).toBe(0);
  });

  it('leaves a record alone that may be in the log, and does not look at it every turn', async () => {
    const test = await warmPipeline({ deliveryTimeoutMs: 40_000 });
    const sent = await sendAlone(test, 'lost');
    test.cluster.takeOne().lose();
    deleteTopic(test);
    const askedBefore = test.cluster.invalidated.length;
    await test.clock.advance(39_000);
    expect(sent.state).toBe('pending');
    expect(test.cluster.invalidated.length - askedBefore).toBeLessThan(10);
    await test.clock.advance(1_000);
    expect(sent.error).toMatchObject({ name: 'DeliveryTimeoutError', persisted: 'possibly' });
  });

  it('is waited for while brokers are not sure', async () => {
    const test = await warmPipeline();
    test.cluster.addTopic('t', [-1]);
    const sent = await sendAlone(test, 'patient');
    test.cluster.topics.delete('t');
    await test.clock.advance(5_000);
    expect(sent.state).toBe('pending');
    test.cluster.addTopic('t', [1]);
    await test.clock.settle();
    test.cluster.takeOne().acknowledge(1);
    await test.clock.settle();
    expect(sent.state).toBe('resolved');
  });
});
