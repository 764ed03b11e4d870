import { EmbeddedKafka } from 'embedded-kafka';
import { apis } from 'kafka-wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RawConnection } from '../support/raw-connection.js';

let kafka: EmbeddedKafka;
let client: RawConnection;

beforeEach(async () => {
  kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }], seed: 1 });
  client = await RawConnection.open(kafka.bootstrap[0] as string);
});

afterEach(async () => {
  client.close();
  await kafka.stop();
});

const metadata = () => client.request(apis.Metadata, 9, { topics: [{ name: 'orders' }] });

describe('the requests a cluster has seen', () => {
  it('tell what struck them, on their way in and out', async () => {
    const slow = kafka.faults.onRequest('Metadata', { times: 2, action: { delayMs: 1 } });
    const torn = kafka.faults.onResponse('Metadata', { skip: 1, times: 1, action: { fragmentBytes: 7 } });
    for (let i = 0; i < 3; i++) await metadata();
    expect(kafka.requests('Metadata').map(({ faults }) => faults)).toEqual([[slow], [slow, torn], undefined]);
    expect([slow.hits, torn.hits]).toEqual([2, 1]);
  });

  it('can be awaited, whether they have come or come later', async () => {
    const later = kafka.requestSeen('Metadata', ({ apiVersion }) => apiVersion === 9);
    await metadata();
    expect(await later).toBe(kafka.requests('Metadata')[0]);
    expect(await kafka.requestSeen('Metadata')).toBe(await later);
  });

  it('cannot be awaited any more when the cluster has stopped', async () => {
    const never = kafka.requestSeen('Produce');
    const fault = kafka.faults.onRequest('Produce', { action: 'drop' });
    const struck = fault.struck();
    await kafka.stop();
    await expect(never).rejects.toThrow('the cluster was stopped');
    await expect(struck).rejects.toThrow('removed');
  });
});

describe('random faults', () => {
  it('strike the same requests in two clusters', async () => {
    const run = async () => {
      const plan = kafka.faults.random({
        seed: 42,
        rate: 0.5,
        maxDelayMs: 5,
        weights: {
          'delay-request': 1,
          'delay-response': 1,
          'throttle-response': 1,
          'fragment-response': 1,
          'fail-response': 1,
        },
        errorCodes: ['LEADER_NOT_AVAILABLE'],
      });
      for (let i = 0; i < 20; i++) await metadata();
      const actions = kafka.requests('Metadata').map(({ faults = [] }) => faults.map(({ action }) => action));
      return { actions, hits: { ...plan.hits } };
    };
    const first = await run();
    client.close();
    await kafka.stop();
    kafka = await EmbeddedKafka.start({ topics: [{ name: 'orders' }], seed: 2 });
    client = await RawConnection.open(kafka.bootstrap[0] as string);
    expect(await run()).toEqual(first);
    expect(first.actions.flat()).toHaveLength(Object.values(first.hits).reduce((sum, hits) => sum + hits, 0));
    expect(first.actions.flat().length).toBeGreaterThan(5);
  });

  it('are over when all faults are cleared', async () => {
    const plan = kafka.faults.random({ rate: 1, weights: { 'cut-request': 1 } });
    await expect(metadata()).rejects.toThrow('closed');
    kafka.faults.clear();
    client = await RawConnection.open(kafka.bootstrap[0] as string);
    await metadata();
    expect([plan.isStopped, plan.hits['cut-request']]).toEqual([true, 1]);
  });
});
