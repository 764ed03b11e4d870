import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../support/spec-support/manual-clock.js';
import type { FetchRequest, FetchResponse } from './kafkajs-parts.js';
import { WithheldPartitions } from './withheld-partitions.js';

const ANSWER: FetchResponse = { responses: [{ topicName: 'orders', partitions: [] }] };

function request(...partitions: number[]): FetchRequest {
  return {
    maxWaitTime: 5_000,
    topics: [{ topic: 'orders', partitions: partitions.map((partition) => ({ partition })) }],
  };
}

describe('partitions that are withheld', () => {
  const clock = new ManualClock();
  const withheld = new WithheldPartitions(clock);
  const asked: FetchRequest[] = [];
  const fetch = (...partitions: number[]) =>
    withheld.fetch(request(...partitions), async (request) => {
      asked.push(request);
      return ANSWER;
    });

  it('are left out of a fetch, which takes no longer than the first of them waits', async () => {
    withheld.withhold('orders', 1, 300.5);
    withheld.withhold('orders', 2, 700);
    expect(await fetch(0, 1, 2)).toBe(ANSWER);
    expect(asked.pop()).toEqual({ ...request(0), maxWaitTime: 301 });
  });

  it('are waited for when a fetch asks for nothing else', async () => {
    const fetched = fetch(1, 2);
    await clock.advance(300);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(await fetched).toEqual({ responses: [] });
    await fetch(1, 2);
    expect(asked.pop()).toEqual({ ...request(1), maxWaitTime: 399 });
  });

  it('are not waited for longer than the fetch may take', async () => {
    withheld.withhold('orders', 3, Infinity);
    const fetched = fetch(3);
    await clock.advance(5_000);
    expect(await fetched).toEqual({ responses: [] });
  });

  it('are fetched at once when they are released', async () => {
    const fetched = fetch(3);
    await clock.settle();
    withheld.release('orders', 3);
    expect(await fetched).toEqual({ responses: [] });
    await fetch(3);
    expect(asked.pop()).toEqual(request(3));
    expect(clock.pendingTimers).toBe(0);
  });

  it('hold up nobody who closes, and neither does a broker that has nothing to answer', async () => {
    const unanswered = withheld.fetch(request(4), () => new Promise(() => undefined));
    withheld.withhold('orders', 0, Infinity);
    const fetched = fetch(0);
    await clock.settle();
    withheld.close();
    expect(await fetched).toEqual({ responses: [] });
    expect(await unanswered).toEqual({ responses: [] });
    expect(clock.pendingTimers).toBe(0);
  });
});
