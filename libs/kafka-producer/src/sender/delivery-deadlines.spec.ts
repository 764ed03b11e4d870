import { describe, expect, it } from 'vitest';

import { sendAlone, testPipeline } from '../pipeline/spec-support/test-pipeline.js';

describe('the time a record has', () => {
  it.each([
    { what: 'a producer id', stop: 'identity' },
    { what: 'a leader', stop: 'leader' },
    { what: 'a connection', stop: 'connection' },
  ] as const)('is its own, not that of a batch that waits for $what', async ({ stop }) => {
    const test = testPipeline({ deliveryTimeoutMs: 100_000, lingerMs: 50 });
    const { cluster, clock } = test;
    if (stop === 'identity') cluster.onInitProducerId = () => new Promise(() => {});
    if (stop === 'leader') cluster.addTopic('t', [-1]);
    if (stop === 'connection') cluster.unreachable.add(1);
    if (stop === 'connection') cluster.onConnect = () => new Promise(() => {});
    const early = await sendAlone(test, 'early');
    await clock.advance(10_049);
    const together = await sendAlone(test, 'in the same batch');
    await clock.advance(89_950);
    const late = await sendAlone(test, 'late');
    await clock.advance(1);
    expect([early.error, together.error]).toMatchObject([
      { name: 'DeliveryTimeoutError', elapsedMs: 100_000 },
      { name: 'DeliveryTimeoutError', elapsedMs: 100_000 },
    ]);
    expect(late.state).toBe('pending');
    await clock.advance(99_998);
    expect(late.state).toBe('pending');
    await clock.advance(1);
    expect(late.error).toMatchObject({ name: 'DeliveryTimeoutError', elapsedMs: 100_000, persisted: 'no' });
    expect(clock.pendingTimers).toBe(0);
  });
});
