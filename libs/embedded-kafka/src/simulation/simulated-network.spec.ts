import { describe, expect, it } from 'vitest';

import { Simulation } from './simulation.js';
import { End, PORT, twoEnds } from './spec-support/two-ends.js';

const ADDRESS = { host: 'broker', port: PORT };

describe('connecting', () => {
  it('takes a latency there and one back, and the broker is told who it is', async () => {
    const simulation = new Simulation({ seed: 1, latencyMs: [5, 5] });
    const hosts: string[] = [];
    await simulation.network.listen(ADDRESS, ({ host }) => hosts.push(host));
    const client = new End(simulation.connect({ ...ADDRESS, clientName: 'shop' }));
    await simulation.runFor(5);
    expect([hosts, client.heard]).toEqual([['shop'], []]);
    await simulation.runFor(5);
    expect(client.heard).toEqual(['connect']);
  });

  it('is refused when nobody listens, or nobody listens any more', async () => {
    const { simulation, client } = await twoEnds();
    const refused = new End(simulation.connect({ host: 'broker', port: 1 }));
    await simulation.runFor(10);
    expect(refused.heard).toEqual(['ECONNREFUSED', 'close']);
    expect(client.heard).toEqual(['connect']);
    const listener = await simulation.network.listen({ host: 'other', port: 0 }, () => {});
    await listener.close();
    const late = new End(simulation.connect({ host: 'other', port: listener.port }));
    await simulation.runFor(10);
    expect(late.heard).toEqual(['ECONNREFUSED', 'close']);
    expect(simulation.network.connections).toHaveLength(1);
  });

  it('sends what was written before it was open', async () => {
    const simulation = new Simulation({ seed: 1 });
    let broker: End | undefined;
    await simulation.network.listen(ADDRESS, ({ stream }) => void (broker = new End(stream)));
    simulation.connect(ADDRESS).write('early');
    await simulation.runFor(10);
    expect(broker?.text).toBe('early');
  });

  it.each([0, 0.5, 1, 1.5])('leaves nothing behind when the client gives up after %d ms', async (afterMs) => {
    const simulation = new Simulation({ seed: 1, latencyMs: [1, 1] });
    const brokers: End[] = [];
    await simulation.network.listen(ADDRESS, ({ stream }) => brokers.push(new End(stream)));
    const client = new End(simulation.connect(ADDRESS));
    client.socket.write('never read');
    await simulation.runFor(afterMs);
    client.socket.destroy();
    await simulation.runFor(10);
    expect([client.heard, simulation.network.connections, simulation.pendingEvents]).toEqual([['close'], [], 0]);
    for (const broker of brokers) expect([broker.text, broker.heard]).toEqual(['', ['ECONNRESET', 'close']]);
  });

  it('finds ports nobody has, and refuses those somebody has', async () => {
    const { network } = new Simulation({ seed: 1 });
    const any = { host: 'broker', port: 0 };
    const ports = [await network.listen(any, () => {}), await network.listen(any, () => {})].map(({ port }) => port);
    expect(ports).toEqual([9_092, 9_093]);
    await expect(network.listen({ host: 'broker', port: 9_092 }, () => {})).rejects.toThrow('the port is taken');
    await expect(network.listen({ host: 'other', port: 9_092 }, () => {})).resolves.toMatchObject({ port: 9_092 });
  });
});

describe('a partition', () => {
  it('lets nothing through until it is healed, and loses nothing', async () => {
    const { simulation, client, broker } = await twoEnds();
    const partition = simulation.network.partition();
    client.socket.write('to the broker');
    broker.socket.write('to the client');
    const other = new End(simulation.connect({ ...ADDRESS, clientName: 'other' }));
    await simulation.runFor(60_000);
    expect([client.text, broker.text, other.heard]).toEqual(['', '', []]);
    partition.heal();
    partition.heal();
    await simulation.runFor(10);
    expect([client.text, other.heard]).toEqual(['to the client', ['connect']]);
  });

  it.each([
    ['its client', { clientName: 'c' }, false],
    ['its broker', { port: PORT }, false],
    ['both', { clientName: 'c', port: PORT }, false],
    ['another client', { clientName: 'd' }, true],
    ['another broker', { port: PORT + 1 }, true],
    ['its client from another broker', { clientName: 'c', port: PORT + 1 }, true],
    ['the other direction', { direction: 'to-client' as const }, true],
  ])('of %s: %o lets its bytes through: %s', async (_what, scope, isThrough) => {
    const { simulation, client, broker } = await twoEnds();
    simulation.network.partition(scope);
    client.socket.write('bytes');
    await simulation.runFor(10);
    expect(broker.text).toBe(isThrough ? 'bytes' : '');
  });

  it('that holds up the answer alone keeps a client connecting', async () => {
    const { simulation } = await twoEnds();
    const partition = simulation.network.partition({ direction: 'to-client' });
    const client = new End(simulation.connect(ADDRESS));
    await simulation.runFor(1_000);
    expect(client.heard).toEqual([]);
    partition.heal();
    await simulation.runFor(10);
    expect(client.heard).toEqual(['connect']);
  });
});

describe('the conditions', () => {
  it('can change while it runs', async () => {
    const { simulation, client, broker } = await twoEnds();
    simulation.network.latencyMs = [100, 100];
    client.socket.write('slow');
    await simulation.runFor(99);
    expect(broker.text).toBe('');
    await simulation.runFor(1);
    expect(broker.text).toBe('slow');
  });
});
