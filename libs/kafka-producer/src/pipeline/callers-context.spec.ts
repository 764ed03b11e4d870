import { AsyncLocalStorage } from 'node:async_hooks';

import { afterEach, describe, expect, it } from 'vitest';

import type { SerializedValue } from '../serialization/serializer.js';
import { testPipeline, track, type TestPipeline } from './spec-support/test-pipeline.js';

const NOW = 1_700_000_000_000;
/** Nine of these are more than is serialised ahead. */
const MEBIBYTE = 'x'.repeat(1_040_000);

const tenant = new AsyncLocalStorage<string>();
afterEach(() => tenant.disable());

/** A pipeline of tenants whose memory takes one large record. Tenant `a` has the line, and more waits than is serialised ahead. */
async function crowded(serialize?: (value: unknown) => SerializedValue | Promise<SerializedValue>) {
  const resolved: string[] = [];
  const test = testPipeline({
    bufferMemoryBytes: 1_048_576,
    resolveTopic: (name) => {
      resolved.push(name);
      return `${tenant.getStore()}.${name}`;
    },
    defaultHeaders: () => ({ tenant: tenant.getStore()! }),
    ...(serialize !== undefined && { serializers: { value: { serialize } } }),
  });
  for (const name of ['a', 'b']) test.cluster.addTopic(`${name}.t`, [1]);
  tenant.run('a', () => {
    for (let i = 0; i < 10; i++) track(test.pipeline.send({ topic: 't', value: MEBIBYTE }));
  });
  await test.clock.settle();
  expect(test.pipeline.stats().waitingRecords).toBe(9);
  resolved.length = 0;
  return { ...test, resolved };
}

/** Acknowledges batches, one after the other, until there are none. @returns topic and content of each */
async function drain({ cluster, clock }: TestPipeline): Promise<{ topic: string; text: string; bytes: Buffer }[]> {
  const seen: { topic: string; text: string; bytes: Buffer }[] = [];
  for (let requests = cluster.take(); requests.length > 0; requests = cluster.take()) {
    for (const request of requests) {
      for (const { topic, bytes } of request.batches) seen.push({ topic, text: bytes.toString('latin1'), bytes });
      request.acknowledge(0);
    }
    await clock.settle();
  }
  return seen;
}

const baseTimestamp = (bytes: Buffer): number => Number(bytes.readBigInt64BE(27));

describe('a record that waits behind more than is serialised ahead', () => {
  it("has the topic and the headers of its caller's context, each asked for once", async () => {
    const test = await crowded();
    tenant.run('a', () => {
      for (const value of ['one', 'two']) track(test.pipeline.send({ topic: 't', value }));
    });
    tenant.run('b', () => track(test.pipeline.send({ topic: 't', value: 'three' })));
    expect(test.resolved).toEqual(['t', 't', 't']);
    const batches = await tenant.run('somebody else', () => drain(test));
    expect(test.resolved).toHaveLength(3);
    const small = batches.filter(({ text }) => /one|two|three/.test(text));
    expect(small.map(({ topic, text }) => [topic, text.match(/tenant.[ab]/g)?.map((header) => header.at(-1))])).toEqual(
      expect.arrayContaining([
        ['a.t', expect.arrayContaining(['a'])],
        ['b.t', ['b']],
      ]),
    );
    expect(batches.every(({ topic, text }) => !text.includes(topic === 'a.t' ? 'tenant\x02b' : 'tenant\x02a'))).toBe(
      true,
    );
    expect(batches.some(({ text }) => text.includes('somebody'))).toBe(false);
  });

  it('has the moment of its call as its timestamp', async () => {
    const test = await crowded();
    await test.clock.advance(1_000);
    const sent = tenant.run('a', () => track(test.pipeline.send({ topic: 't', value: 'later' })));
    await test.clock.advance(5_000);
    const batches = await tenant.run('a', () => drain(test));
    const { bytes } = batches.find(({ text }) => text.includes('later'))!;
    expect(sent.value?.timestamp).toBe(NOW + 1_000);
    expect(baseTimestamp(bytes)).toBeLessThanOrEqual(NOW + 1_000);
  });

  it("is serialised in its caller's context", async () => {
    const seen: string[] = [];
    const test = await crowded((value) => {
      if (value !== MEBIBYTE) seen.push(`${String(value)} for ${tenant.getStore()}`);
      return String(value);
    });
    for (const name of ['a', 'b', 'a']) {
      tenant.run(name, () => track(test.pipeline.send({ topic: 't', value: 'v' })));
    }
    await tenant.run('somebody else', () => drain(test));
    expect(seen.toSorted()).toEqual(['v for a', 'v for a', 'v for b']);
  });

  it('is refused at the call when its fields are not valid', async () => {
    const { pipeline } = await crowded();
    await tenant.run('a', () =>
      expect(pipeline.send({ topic: 't', value: 1, partition: -1 })).rejects.toThrow('its partition is -1'),
    );
  });

  it('leaves its own line when its signal is aborted in another context, though resolveTopic throws there', async () => {
    const test = await crowded();
    const abort = new AbortController();
    const sent = tenant.run('a', () => track(test.pipeline.send({ topic: 't', value: 'v' }, abort.signal)));
    tenant.run('b', () => abort.abort());
    await test.clock.settle();
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', topic: 'a.t', persisted: 'no' });
    expect([test.resolved, test.pipeline.stats().waitingRecords]).toEqual([['t'], 9]);
  });

  it('ends its flush once when its serializer aborts its signal and throws', async () => {
    const abort = new AbortController();
    const test = await crowded((value) => {
      if (value !== 'gives up') return String(value);
      abort.abort();
      throw new Error('and throws');
    });
    const sent = tenant.run('a', () => track(test.pipeline.send({ topic: 't', value: 'gives up' }, abort.signal)));
    const behind = tenant.run('a', () => track(test.pipeline.send({ topic: 't', value: 'behind' })));
    const flushed = track(test.pipeline.flush());
    let pending = 0;
    for (let requests = test.cluster.take(); requests.length > 0; requests = test.cluster.take()) {
      expect([behind.state, flushed.state]).toEqual(['pending', 'pending']);
      pending += requests.length;
      for (const request of requests) request.acknowledge(0);
      await test.clock.settle();
    }
    expect(pending).toBe(11);
    expect([sent.state, behind.state, flushed.state]).toEqual(['rejected', 'resolved', 'resolved']);
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
    expect(test.pipeline.stats().failedRecords).toBe(0);
  });

  it('is not let in when its own serializer aborts its signal', async () => {
    const abort = new AbortController();
    const test = await crowded((value) => {
      if (value === 'gives up') abort.abort();
      return String(value);
    });
    const sent = tenant.run('a', () => track(test.pipeline.send({ topic: 't', value: 'gives up' }, abort.signal)));
    const batches = await drain(test);
    expect(sent.error).toMatchObject({ name: 'DeliveryAbortedError', persisted: 'no' });
    expect(batches.filter(({ text }) => text.includes('gives up'))).toEqual([]);
    expect(test.pipeline.stats()).toMatchObject({ bufferedBytes: 0, waitingRecords: 0, acknowledgedRecords: 10 });
  });
});

describe('a sendAll that is serialised over many turns', () => {
  it('resolves each topic once and has one moment as timestamp', async () => {
    const finish: (() => void)[] = [];
    const resolved: string[] = [];
    const { pipeline, cluster, clock } = testPipeline({
      resolveTopic: (name) => (resolved.push(name), `${tenant.getStore()}.${name}`),
      serializers: {
        value: { serialize: (value) => new Promise((resolve) => finish.push(() => resolve(String(value)))) },
      },
    });
    cluster.addTopic('a.t', [1]);
    const sent = tenant.run('a', () => track(pipeline.sendAll([1, 2].map((value) => ({ topic: 't', value })))));
    for (let i = 0; i < 2; i++) {
      await clock.advance(1_000);
      finish.shift()!();
    }
    await clock.settle();
    cluster.takeOne().acknowledge(0);
    await clock.settle();
    expect(sent.value).toMatchObject([
      { topic: 'a.t', timestamp: NOW },
      { topic: 'a.t', timestamp: NOW },
    ]);
    expect(resolved).toEqual(['t', 't']);
  });
});
