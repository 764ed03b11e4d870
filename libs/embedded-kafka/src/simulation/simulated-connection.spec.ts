import { describe, expect, it } from 'vitest';

import { twoEnds } from './spec-support/two-ends.js';

describe('bytes', () => {
  it('take the latency and arrive in order, whatever the pieces', async () => {
    const { simulation, client, broker } = await twoEnds({ latencyMs: [1, 50] });
    await simulation.runFor(100);
    const words = Array.from({ length: 200 }, (_, index) => `word-${index} `);
    for (const word of words) client.socket.write(word);
    const sentAtMs = simulation.clock.now();
    await simulation.runFor(0.9);
    expect(broker.text).toBe('');
    await simulation.runFor(200);
    expect(broker.text).toBe(words.join(''));
    expect(broker.chunks.length).not.toBe(words.length);
    expect(simulation.clock.now() - sentAtMs).toBeLessThan(202);
  });

  it('arrive as they were written when chunks are whole', async () => {
    const { simulation, client, broker } = await twoEnds({ chunking: 'whole' });
    broker.socket.write('one');
    await simulation.runFor(1);
    broker.socket.write('two');
    await simulation.runFor(1);
    expect(client.chunks.map(String)).toEqual(['one', 'two']);
  });

  it('are what they were when they were written: the memory may be used again', async () => {
    const { simulation, client, broker } = await twoEnds();
    const memory = [Buffer.from('one,'), Buffer.from('two,'), Buffer.from('three')];
    client.socket.cork();
    for (const bytes of memory) client.socket.write(bytes);
    client.socket.uncork();
    for (const bytes of memory) bytes.fill('x');
    await simulation.runFor(2);
    expect(broker.text).toBe('one,two,three');
  });

  it('pile up behind a reader that does not read, until the writer has to wait', async () => {
    const { simulation, client, broker } = await twoEnds({ brokerReads: false });
    const block = Buffer.alloc(16_384);
    let taken = 0;
    for (let count = 0; count < 20; count++) client.socket.write(block, () => taken++);
    await simulation.runFor(1_000);
    expect([taken, client.socket.writableNeedDrain]).toEqual([3, true]);
    let drained = false;
    client.socket.once('drain', () => (drained = true));
    broker.read();
    await simulation.runFor(1_000);
    expect([taken, drained, broker.text.length]).toEqual([20, true, 20 * 16_384]);
  });
});

describe('an end', () => {
  it('that ends lets what it wrote arrive first, and the other ends, too', async () => {
    const { simulation, client, broker } = await twoEnds();
    client.socket.end('bye');
    await simulation.runFor(10);
    expect([broker.text, broker.heard, client.heard]).toEqual(['bye', ['end', 'close'], ['connect', 'end', 'close']]);
    expect([simulation.network.connections, simulation.pendingEvents]).toEqual([[], 0]);
  });

  it('that is destroyed says goodbye when it had read everything', async () => {
    const { simulation, client, broker } = await twoEnds();
    broker.socket.write('answer');
    broker.socket.destroy();
    await simulation.runFor(10);
    expect([client.text, client.heard]).toEqual(['answer', ['connect', 'end', 'close']]);
  });

  it('that is destroyed with something unread resets the connection', async () => {
    const { simulation, client, broker } = await twoEnds({ brokerReads: false });
    client.socket.write('unread');
    await simulation.runFor(2);
    broker.socket.destroy();
    await simulation.runFor(10);
    expect(client.heard).toEqual(['connect', 'ECONNRESET', 'close']);
  });

  it('is reset when it writes to one that is gone', async () => {
    const { simulation, client, broker } = await twoEnds();
    broker.socket.destroy();
    client.socket.write('crosses the goodbye');
    await simulation.runFor(10);
    expect(client.heard.slice(0, 2)).toEqual(['connect', 'end']);
    expect([broker.text, simulation.network.connections, simulation.pendingEvents]).toEqual(['', [], 0]);
  });
});

describe('SimulatedConnection', () => {
  it('loses what is under way when it is cut, and tells both ends', async () => {
    const { simulation, connection, client, broker } = await twoEnds();
    client.socket.write('lost');
    broker.socket.write('lost, too');
    connection.cut();
    await simulation.runFor(10);
    expect([client.heard, client.text]).toEqual([['connect', 'ECONNRESET', 'close'], '']);
    expect([broker.heard, broker.text]).toEqual([['ECONNRESET', 'close'], '']);
    expect([simulation.network.connections, simulation.pendingEvents]).toEqual([[], 0]);
  });

  it('cut for one side is half-open: the other learns of it when it writes', async () => {
    const { simulation, connection, client, broker } = await twoEnds();
    connection.cut('client');
    await simulation.runFor(1_000);
    expect([client.heard, broker.heard]).toEqual([['connect', 'ECONNRESET', 'close'], []]);
    broker.socket.write('anybody there?');
    await simulation.runFor(10);
    expect(broker.heard).toEqual(['ECONNRESET', 'close']);
    expect(client.text).toBe('');
  });

  it('held one way lets the other way through, and loses nothing', async () => {
    const { simulation, connection, client, broker } = await twoEnds();
    connection.hold('to-client');
    client.socket.write('request');
    broker.socket.end('answer');
    await simulation.runFor(60_000);
    expect([broker.text, client.text, client.heard]).toEqual(['request', '', ['connect']]);
    connection.release('to-client');
    await simulation.runFor(1);
    expect([client.text, client.heard]).toEqual(['answer', ['connect', 'end', 'close']]);
  });

  it('is held until it was released as often as it was held', async () => {
    const { simulation, connection, client, broker } = await twoEnds();
    connection.hold();
    connection.hold('to-broker');
    client.socket.write('late');
    connection.release();
    await simulation.runFor(10);
    expect([broker.text, connection.describe()]).toEqual(['', expect.stringContaining('4 bytes to-broker (held)')]);
    connection.release('to-broker');
    await simulation.runFor(10);
    expect(broker.text).toBe('late');
  });

  it('can be cut while it is held', async () => {
    const { simulation, connection, client, broker } = await twoEnds();
    connection.hold();
    connection.cut();
    await simulation.runFor(1);
    expect([client.heard, broker.heard]).toEqual([
      ['connect', 'ECONNRESET', 'close'],
      ['ECONNRESET', 'close'],
    ]);
  });
});
