import type { Duplex } from 'node:stream';

import { Simulation, type EmbeddedKafka } from 'embedded-kafka';
import { apis, encodeRequest, FrameReader, peekCorrelationId } from 'kafka-wire';
import { describe, expect, it } from 'vitest';

import { produceInput } from '../support/produce-input.js';

/** Where virtual time begins: a broker refuses records of the future. */
const timestamp = 1_700_000_000_000;

const requests = {
  late: await produceInput('orders', { 0: 'late' }, { timestamp }),
  early: await produceInput('orders', { 0: 'early' }, { timestamp }),
};

function connect(simulation: Simulation, kafka: EmbeddedKafka): Duplex {
  return simulation.connect({ host: '127.0.0.1', port: kafka.broker(1).port, clientName: 'producer' });
}

const produce = (correlationId: number, value: keyof typeof requests) =>
  encodeRequest(apis.Produce, 9, { correlationId, clientId: 'producer' }, requests[value]);

const log = async (kafka: EmbeddedKafka) => (await kafka.recordsIn('orders')).map(({ value }) => String(value));

describe('faults on virtual time', () => {
  it('deliver a held request although its connection was reset', async () => {
    const simulation = new Simulation({ seed: 3 });
    const kafka = await simulation.startKafka({ topics: [{ name: 'orders' }] });
    const fault = kafka.faults.onRequest('Produce', { times: 1, action: 'hold' });
    const old = connect(simulation, kafka);
    old.on('error', () => undefined);
    old.write(produce(1, 'late'));
    await simulation.run(fault.struck());
    for (const connection of simulation.network.connections) connection.cut();
    await simulation.runFor(1_000);
    expect([kafka.broker(1).connectionCount, fault.held]).toEqual([0, 1]);

    connect(simulation, kafka).write(produce(2, 'early'));
    await simulation.run(kafka.requestSeen('Produce', ({ correlationId }) => correlationId === 2));
    fault.release();
    expect(await log(kafka)).toEqual(['early', 'late']);
    await simulation.run(kafka.stop());
  });

  /** What struck a client that sends one request after the other, and when; it connects again when it is cut off or waits for too long. */
  async function run(seed: number): Promise<string[]> {
    const simulation = new Simulation({ seed });
    const kafka = await simulation.startKafka({ topics: [{ name: 'orders' }], seed });
    const plan = kafka.faults.random({ rate: 0.5, errorCodes: ['NOT_LEADER_OR_FOLLOWER'] });
    let socket = connect(simulation, kafka);
    const ask = (correlationId: number) =>
      new Promise<void>((resolve) => {
        const frames = new FrameReader();
        const done = (isOver: boolean) => {
          simulation.clock.clearTimeout(timer);
          for (const event of ['data', 'close', 'error']) socket.removeAllListeners(event);
          socket.on('error', () => undefined);
          if (isOver) {
            socket.destroy();
            socket = connect(simulation, kafka);
          }
          resolve();
        };
        const timer = simulation.clock.setTimeout(() => done(true), 500);
        socket.once('close', () => done(false));
        socket.on('data', (chunk: Buffer) => {
          frames.push(chunk);
          const frame = frames.next();
          if (frame !== undefined && peekCorrelationId(frame) === correlationId) done(false);
        });
        socket.write(produce(correlationId, 'early'));
      });
    await simulation.run(async () => {
      for (let i = 0; i < 30; i++) {
        if (socket.destroyed) socket = connect(simulation, kafka);
        await ask(i);
      }
    });
    const seen = kafka.requests('Produce').map(({ receivedAtMs, correlationId, faults = [] }) => {
      return `${receivedAtMs} ${correlationId} ${faults.map(({ side, action }) => `${side} ${JSON.stringify(action)}`).join()}`;
    });
    const hits = Object.values(plan.hits).reduce((sum, count) => sum + count, 0);
    expect(hits).toBeGreaterThan(5);
    await simulation.run(kafka.stop());
    return seen;
  }

  it('strike in the same way at the same moments for the same seed', async () => {
    const first = await run(11);
    expect(await run(11)).toEqual(first);
    expect(await run(12)).not.toEqual(first);
  });
});
