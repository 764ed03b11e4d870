import { describe, expect, it } from 'vitest';

import { KafkaProducerService, type ServicePipeline, type ServiceTransactions } from './kafka-producer.service.js';
import { defineTopic } from './topics/define-topic.js';

const record = { topic: 'orders', value: 1 };

/** No unit anywhere. */
const OUTSIDE = {
  transactions: { joined: () => undefined },
  stats: () => ({ openUnits: 0 }),
} as unknown as ServiceTransactions;

function service(pipeline: Partial<ServicePipeline>, brokers: { connected: boolean }[] = []): KafkaProducerService {
  return new KafkaProducerService(pipeline as ServicePipeline, { brokers: () => brokers }, OUTSIDE);
}

describe('the service', () => {
  it('hands records and the signal to the pipeline', async () => {
    const seen: unknown[][] = [];
    const metadata = { topic: 'orders', partition: 0, offset: '7' };
    const delivery = { acknowledged: Promise.resolve(metadata) };
    const producer = service({
      send: async (...args) => (seen.push(['send', ...args]), metadata),
      sendAll: async (...args) => (seen.push(['sendAll', ...args]), [metadata]),
      enqueue: async (...args) => (seen.push(['enqueue', ...args]), delivery),
      flush: async () => void seen.push(['flush']),
    });
    const { signal } = new AbortController();
    expect(await producer.send(record, { signal })).toBe(metadata);
    expect(await producer.sendAll([record])).toEqual([metadata]);
    expect(await producer.enqueue(record)).toBe(delivery);
    await producer.flush();
    expect(seen).toEqual([['send', record, signal], ['sendAll', [record]], ['enqueue', record], ['flush']]);
  });

  it('describes partitions, a missing leader as undefined', async () => {
    const partition = { leaderEpoch: 3, replicas: [1, 2], isr: [1], errorCode: 0 };
    const producer = service({
      topicName: (name) => `prod.${name}`,
      partitionsFor: async () => [
        { partition: 0, leader: 2, ...partition },
        { partition: 1, leader: -1, ...partition },
      ],
    });
    expect(await producer.partitionsFor('orders')).toEqual([
      { topic: 'prod.orders', partition: 0, leader: 2, replicas: [1, 2], isr: [1] },
      { topic: 'prod.orders', partition: 1, leader: undefined, replicas: [1, 2], isr: [1] },
    ]);
  });

  it('resolves a topic once, and takes a contract for one', async () => {
    const resolved: unknown[] = [];
    const asked: unknown[] = [];
    const producer = service({
      topicName: (name) => (resolved.push(name), `prod.${name}`),
      partitionsFor: async (name) => (asked.push(name), []),
    });
    await producer.partitionsFor('orders');
    await producer.partitionsFor(defineTopic('placed', { key: null }));
    expect([resolved, asked]).toEqual([
      ['orders', 'placed'],
      ['prod.orders', 'prod.placed'],
    ]);
  });

  it('names topics of contracts and of programs as Kafka does', () => {
    const producer = service({ topicName: (name) => `prod.${name}` });
    expect(producer.topicName(defineTopic('orders', { key: null }))).toBe('prod.orders');
    expect(producer.topicName('orders')).toBe('prod.orders');
  });

  it('adds the connected brokers to the statistics of the pipeline', () => {
    const producer = service({ stats: () => ({ bufferedRecords: 3 }) as never }, [
      { connected: true },
      { connected: false },
    ]);
    expect(producer.stats()).toEqual({ bufferedRecords: 3, openUnits: 0, brokersConnected: 1, pausedPartitions: [] });
  });
});
